/// The page's frame. Two braces escape what they take, three do not: those are for markup made here.
enum PageTemplate {
    static let text = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
        <title>{{title}}</title>
        <style>
        {{{rules}}}</style>
        </head>
        <body>
        <svg class="map" width="0" height="0" style="position:absolute" aria-hidden="true">{{{patterns}}}</svg>
        <header>
        <div><h1>{{heading}}</h1><p class="faint">{{introduction}}</p></div>
        <fieldset class="theme"><legend>Ground</legend>
        <label><input type="radio" name="theme" id="theme-auto" checked> as the system</label>
        <label><input type="radio" name="theme" id="theme-light"> light</label>
        <label><input type="radio" name="theme" id="theme-dark"> dark</label>
        </fieldset>
        </header>
        {{#hasLinks}}
        <nav aria-label="Maps"><ol>
        {{#links}}<li><a href="#map-{{id}}">{{text}}</a></li>
        {{/links}}
        </ol></nav>
        {{/hasLinks}}
        <main>
        {{#pairs}}
        <section class="pair">
        <div class="table"><table>
        <thead><tr><th></th>{{#names}}<th>{{.}}</th>{{/names}}</tr></thead>
        <tbody>
        {{#figures}}<tr{{#isDifferent}} class="different"{{/isDifferent}}><th>{{name}}</th>{{#values}}<td>{{.}}</td>{{/values}}</tr>
        {{/figures}}
        </tbody></table></div>
        <ul class="notes">{{#notes}}<li>{{.}}</li>{{/notes}}</ul>
        <div class="picture">{{{picture}}}</div>
        </section>
        {{/pairs}}
        {{#sections}}
        <section id="map-{{id}}" aria-labelledby="head-{{id}}">
        <h2 id="head-{{id}}">{{source}}</h2>
        <p class="faint">{{identity}}</p>
        <dl>{{#figures}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>{{/figures}}</dl>
        {{#hasRows}}
        <fieldset class="filter"><legend>Show</legend>
        {{#filters}}<label><input type="checkbox" class="f-{{style}}" value="{{style}}" checked> <i class="swatch {{style}}"></i> {{label}} <span class="faint">{{bytes}}</span></label>
        {{/filters}}
        </fieldset>
        <div class="zoom" hidden>
        <div class="tools" role="group" aria-label="Zoom">
        <button type="button" data-do="all">All</button>
        <button type="button" data-do="in" aria-label="Zoom in">+</button>
        <button type="button" data-do="out" aria-label="Zoom out">−</button>
        <button type="button" data-do="left" aria-label="To lower addresses">←</button>
        <button type="button" data-do="right" aria-label="To higher addresses">→</button>
        <button type="button" data-do="previous">Previous region</button>
        <button type="button" data-do="next">Next region</button>
        <span class="view number"></span>
        </div>
        <canvas class="overview" height="18" role="img" aria-label="All addresses, to scale"></canvas>
        <canvas class="strip" height="110" tabindex="0" role="application" aria-label="Addresses to scale; plus and minus zoom, arrows move, n and p go to the next and the previous region, 0 shows all"></canvas>
        <output class="details" aria-live="polite">Point at a region. Drag over a stretch to zoom in, or choose a region in the table.</output>
        </div>
        <div class="picture">{{{picture}}}</div>
        {{/hasRows}}
        <ul class="notes">{{#notes}}<li>{{.}}</li>{{/notes}}</ul>
        {{#hasRows}}
        <div class="table"><table>
        <thead><tr><th></th><th>First byte</th><th>Last byte</th><th>Size</th><th>Type</th><th>Source’s word</th><th>Attributes</th><th>Rows</th><th>Lines</th></tr></thead>
        <tbody>
        {{#rows}}<tr class="{{style}}" data-first="{{first}}" data-last="{{last}}"><td><i class="swatch {{style}}"></i></td><td class="number">{{first}}</td><td class="number">{{last}}</td><td class="number">{{size}}</td><td>{{type}}{{#parts}} <span class="faint">{{.}}</span>{{/parts}}{{#alarm}} <b class="alarm">{{.}}</b>{{/alarm}}</td><td>{{word}}</td><td class="number">{{attributes}}</td><td class="number">{{rows}}</td><td class="number">{{lines}}</td></tr>
        {{/rows}}
        </tbody></table></div>
        {{/hasRows}}
        </section>
        {{/sections}}
        {{#left}}<p class="faint">{{.}}</p>{{/left}}
        </main>
        <script>
        {{{script}}}</script>
        </body>
        </html>

        """#
}
