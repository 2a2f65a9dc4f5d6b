import MemoryReport

/// The strip to scale that zooms. It takes everything from the table, so that no text from a source is ever read as a script.
enum PageScript {
    static let text = #"""
        "use strict";
        for (const section of document.querySelectorAll("section")) {
          const zoom = section.querySelector(".zoom");
          if (!zoom) continue;
          zoom.hidden = false;
          const overview = zoom.querySelector(".overview"), strip = zoom.querySelector(".strip");
          const details = zoom.querySelector(".details"), viewText = zoom.querySelector(".view");
          const style = getComputedStyle(document.documentElement);
          const property = name => style.getPropertyValue(name).trim();
          const blocks = [...section.querySelectorAll("tbody tr")].map(row => ({
            row, kind: row.classList[0], first: Number(BigInt(row.dataset.first)), end: Number(BigInt(row.dataset.last) + 1n),
            isHole: row.classList.contains("\#(PictureStyle.name(.hole))"), swatch: row.querySelector(".swatch"),
          }));
          const low = blocks[0].first, high = blocks[blocks.length - 1].end;
          let from = low, to = high, chosen = null, hovered = null, drag = null;

          // Doubles are exact up to 2^53; above, the view stays wide enough to be drawn.
          const least = Math.max(16, high / 2 ** 44);
          const isShown = block => {
            const box = section.querySelector(".f-" + block.kind);
            return !box || box.checked;
          };
          const hex = value => "0x" + BigInt(Math.max(0, Math.round(value))).toString(16);
          const size = value => {
            const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
            let unit = 0;
            while (value >= 1024 && unit < 6) { value /= 1024; unit++; }
            return (value >= 100 || value === Math.floor(value) ? Math.floor(value) : value.toFixed(1)) + " " + units[unit];
          };

          function show(a, b) {
            let width = Math.min(Math.max(b - a, least), high - low);
            from = Math.min(Math.max((a + b - width) / 2, low), high - width);
            to = from + width;
            draw();
          }
          function scale(factor, at = (from + to) / 2) {
            show(at - (at - from) * factor, at + (to - at) * factor);
          }
          function move(share) {
            const by = (to - from) * share, width = to - from;
            from = Math.min(Math.max(from + by, low), high - width);
            to = from + width;
            draw();
          }
          function choose(block, isZooming = true) {
            chosen?.row.classList.remove("chosen");
            chosen = block;
            block.row.classList.add("chosen");
            tell(block);
            const width = block.end - block.first;
            if (isZooming) show(block.first - width, block.end + width); else draw();
          }
          function step(by) {
            const shown = blocks.filter(block => isShown(block) && !block.isHole);
            if (!shown.length) return;
            let index = shown.indexOf(chosen);
            index = index < 0 ? (by > 0 ? 0 : shown.length - 1) : (index + by + shown.length) % shown.length;
            choose(shown[index]);
          }
          function tell(block) {
            const cells = [...block.row.cells].map(cell => cell.textContent.trim());
            const lines = [
              cells[1] + " – " + cells[2] + "   " + cells[3],
              [cells[4], cells[5], cells[6]].filter(text => text).join(" · "),
              [cells[7] && cells[7] + (cells[7] === "1" ? " row" : " rows"), cells[8] && "line " + cells[8]].filter(text => text).join(", "),
            ];
            details.textContent = lines.filter(text => text).join("\n");
          }

          function prepare(canvas) {
            const ratio = window.devicePixelRatio || 1, box = canvas.getBoundingClientRect();
            canvas.width = Math.max(1, Math.round(box.width * ratio));
            canvas.height = Math.max(1, Math.round(box.height * ratio));
            const context = canvas.getContext("2d");
            context.setTransform(ratio, 0, 0, ratio, 0, 0);
            return [context, box.width, box.height];
          }
          function paint(context, width, top, height, a, b) {
            const x = address => (address - a) / (b - a) * width;
            // Large ones first: what is small is drawn over them, a point wide at least.
            const visible = blocks.filter(block => block.end > a && block.first < b && isShown(block) && !block.isHole);
            for (const isSmall of [false, true]) {
              for (const block of visible) {
                let left = Math.max(x(block.first), 0), right = Math.min(x(block.end), width);
                if (right - left < 1 !== isSmall) continue;
                // On whole points, or half of its colour would go to each of two.
                if (isSmall) left = right = Math.min(Math.floor(left), width - 1);
                context.fillStyle = getComputedStyle(block.swatch).backgroundColor;
                context.fillRect(left, top, Math.max(right - left, 1), height);
                if (right - left > 3) {
                  context.fillStyle = property("--seam");
                  context.fillRect(Math.round(left), top, 1, height);
                }
              }
            }
            return x;
          }
          function draw() {
            const [small, smallWidth, smallHeight] = prepare(overview);
            const place = paint(small, smallWidth, 3, smallHeight - 6, low, high);
            small.strokeStyle = property("--accent");
            small.lineWidth = 2;
            const left = Math.max(place(from), 1), right = Math.min(Math.max(place(to), left + 2), smallWidth - 1);
            small.strokeRect(left, 1, right - left, smallHeight - 2);

            const [context, width, height] = prepare(strip);
            const bottom = height - 26;
            context.fillStyle = property("--ground");
            context.fillRect(0, 0, width, bottom);
            const x = paint(context, width, 0, bottom, from, to);
            if (chosen && chosen.end > from && chosen.first < to) {
              // Two lines, so that one of them stands out from any colour.
              const left = x(chosen.first), length = Math.max(x(chosen.end) - left, 2);
              for (const [color, width] of [["--ground", 5], ["--ink", 2]]) {
                context.strokeStyle = property(color);
                context.lineWidth = width;
                context.strokeRect(left, 1, length, bottom - 2);
              }
            }
            context.strokeStyle = property("--line");
            context.lineWidth = 1;
            context.strokeRect(0.5, 0.5, width - 1, bottom - 1);
            context.fillStyle = property("--faint");
            context.strokeStyle = property("--faint");
            context.font = '11px ui-monospace, "DejaVu Sans Mono", monospace';
            const gap = 2 ** Math.max(0, Math.ceil(Math.log2((to - from) / width * 130)));
            for (let at = Math.ceil(from / gap) * gap; at <= to; at += gap) {
              const place = x(at), text = hex(at), length = context.measureText(text).width;
              context.beginPath();
              context.moveTo(place, bottom);
              context.lineTo(place, bottom + 5);
              context.stroke();
              context.fillText(text, Math.min(Math.max(place - length / 2, 0), width - length), bottom + 18);
            }
            if (drag) {
              context.fillStyle = property("--accent");
              context.globalAlpha = 0.25;
              context.fillRect(Math.min(drag.start, drag.now), 0, Math.abs(drag.now - drag.start), bottom);
              context.globalAlpha = 1;
            }
            viewText.textContent = hex(from) + " – " + hex(to - 1) + "  (" + size(to - from) + ")";
          }

          const position = event => event.clientX - strip.getBoundingClientRect().left;
          const address = place => from + place / strip.getBoundingClientRect().width * (to - from);
          function find(place) {
            const width = strip.getBoundingClientRect().width, x = at => (at - from) / (to - from) * width;
            let best = null;
            for (const block of blocks) {
              if (!isShown(block)) continue;
              const left = x(block.first), right = Math.max(x(block.end), left + 1);
              const reach = right - left < 4 && !block.isHole ? 2 : 0;
              if (place < left - reach || place > right + reach) continue;
              if (!best || block.end - block.first < best.end - best.first) best = block;
            }
            return best;
          }
          strip.addEventListener("pointerdown", event => {
            if (event.button !== 0) return;
            drag = { start: position(event), now: position(event) };
            strip.setPointerCapture(event.pointerId);
          });
          strip.addEventListener("pointermove", event => {
            if (drag) {
              drag.now = position(event);
              draw();
              return;
            }
            const block = find(position(event));
            if (block && block !== hovered) tell(block);
            hovered = block;
          });
          strip.addEventListener("pointerup", () => {
            if (!drag) return;
            const { start, now } = drag;
            drag = null;
            if (Math.abs(now - start) > 4) {
              show(address(Math.min(start, now)), address(Math.max(start, now)));
            } else {
              const block = find(start);
              if (block) choose(block, false);
            }
          });
          strip.addEventListener("pointercancel", () => { drag = null; draw(); });
          strip.addEventListener("dblclick", event => {
            const block = find(position(event));
            if (block) choose(block);
          });
          // The page scrolls as ever, unless the strip has been chosen.
          strip.addEventListener("wheel", event => {
            if (!event.ctrlKey && !event.metaKey && document.activeElement !== strip) return;
            event.preventDefault();
            scale(2 ** (Math.sign(event.deltaY) / 2), address(position(event)));
          }, { passive: false });
          overview.addEventListener("pointerdown", event => {
            const box = overview.getBoundingClientRect();
            const at = low + (event.clientX - box.left) / box.width * (high - low), half = (to - from) / 2;
            show(at - half, at + half);
          });

          const actions = {
            all: () => show(low, high), in: () => scale(0.5), out: () => scale(2), left: () => move(-0.5), right: () => move(0.5),
            previous: () => step(-1), next: () => step(1),
          };
          const keys = {
            "+": "in", "=": "in", "-": "out", "0": "all", ArrowLeft: "left", ArrowRight: "right", n: "next", p: "previous",
          };
          zoom.addEventListener("click", event => actions[event.target.dataset.do]?.());
          strip.addEventListener("keydown", event => {
            const action = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
            if (!action) return;
            event.preventDefault();
            actions[action]();
          });
          for (const block of blocks) {
            const cell = block.row.cells[1], button = document.createElement("button");
            button.type = "button";
            button.textContent = cell.textContent;
            button.title = "Zoom to this region";
            button.addEventListener("click", () => {
              choose(block);
              zoom.scrollIntoView({ block: "nearest" });
            });
            cell.replaceChildren(button);
          }
          section.querySelector(".filter").addEventListener("change", draw);
          document.querySelector(".theme").addEventListener("change", draw);
          matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
          new ResizeObserver(draw).observe(zoom);
          draw();
        }

        """#
}
