import MemoryReport

/// The looks of a page. Filter and ground work by selectors alone, so that they need no script.
enum PageStyle {
    static let rules: String = {
        var rules = """
            :root{color-scheme:light;\(PictureStyle.light)}
            @media (prefers-color-scheme:dark){:root{color-scheme:dark;\(PictureStyle.dark)}}
            :root:has(#theme-light:checked){color-scheme:light;\(PictureStyle.light)}
            :root:has(#theme-dark:checked){color-scheme:dark;\(PictureStyle.dark)}
            @supports not selector(:has(*)){.theme,.filter{display:none}}
            *{box-sizing:border-box}
            body{margin:0;background:var(--ground);color:var(--ink);font:14px/1.5 system-ui,"DejaVu Sans",sans-serif}
            header,main,nav{max-width:1180px;margin:0 auto;padding:0 24px}
            header{display:flex;flex-wrap:wrap;gap:8px 24px;justify-content:space-between;align-items:center;padding-top:16px}
            h1{font-size:22px;margin:0;overflow-wrap:anywhere}
            h2{font-size:18px;margin:0;overflow-wrap:anywhere}
            p{margin:2px 0 10px}
            a{color:var(--accent)}
            .faint{color:var(--faint)}
            .alarm{color:var(--alarm);font-weight:600}
            .number{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:12px}
            section{border-top:1px solid var(--line);padding:20px 0 28px}
            fieldset{border:1px solid var(--line);border-radius:6px;margin:0 0 12px;padding:4px 12px 8px;display:flex;flex-wrap:wrap;gap:2px 18px}
            legend{color:var(--faint);font-size:12px;padding:0 4px}
            label{white-space:nowrap;cursor:pointer}
            input{accent-color:var(--accent);vertical-align:-2px;margin:0 2px 0 0}
            dl{display:flex;flex-wrap:wrap;gap:10px;margin:0 0 14px}
            dl div{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:6px 12px}
            dt{color:var(--faint);font-size:12px}
            dd{margin:0;font-weight:600;font-size:15px}
            .swatch{display:inline-block;width:12px;height:12px;border:.5px solid var(--edge);vertical-align:-1px}
            .zoom{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:10px 12px;margin-bottom:14px}
            .tools{display:flex;flex-wrap:wrap;gap:6px;align-items:center;margin-bottom:8px}
            .tools .view{margin-left:auto}
            button{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--line);border-radius:5px;padding:2px 10px;cursor:pointer}
            button:hover{border-color:var(--accent)}
            :focus-visible{outline:2px solid var(--accent);outline-offset:1px}
            canvas{display:block;width:100%;touch-action:pan-y}
            .overview{height:18px;margin-bottom:6px}
            .strip{height:110px;cursor:crosshair}
            .details{display:block;min-height:44px;margin-top:6px;white-space:pre-line;overflow-wrap:anywhere}
            .picture{max-height:min(80vh,760px);overflow:auto;border:1px solid var(--line);border-radius:6px;margin-bottom:12px}
            .picture svg{display:block;margin:0 auto;max-width:100%;min-width:760px;height:auto}
            .pair .picture{max-height:none}
            .pair svg{min-width:1000px}
            .notes{margin:0 0 12px;padding-left:20px;color:var(--faint)}
            .table{overflow-x:auto}
            table{border-collapse:collapse;width:100%;font-size:13px}
            th{text-align:left;font-weight:600;color:var(--faint);font-size:12px;position:sticky;top:0;background:var(--ground)}
            th,td{padding:3px 8px;border-bottom:1px solid var(--line);vertical-align:top}
            td:nth-child(2),td:nth-child(3){white-space:nowrap}
            td:nth-child(4),th:nth-child(4){text-align:right;white-space:nowrap}
            td:nth-child(6){overflow-wrap:anywhere}
            .pair th{position:static;text-align:left}
            .pair td,.pair th{text-align:left!important;white-space:normal!important}
            .pair tr.different td{font-weight:600;color:var(--accent)}
            tr.chosen td{background:var(--raised);box-shadow:inset 0 -1px var(--accent)}
            td button{font:inherit;background:none;border:0;padding:0;color:var(--accent);text-decoration:underline}
            \(PictureStyle.rules)
            """
        for category in MemoryCategory.allCases {
            let name = PictureStyle.name(category)
            if category != .hole { rules += ".swatch.\(name){background:\(PictureStyle.color(category))}\n" }
            rules += "section:has(.f-\(name):not(:checked)) tr.\(name){display:none}\n"
            rules += "section:has(.f-\(name):not(:checked)) svg .\(name){opacity:.06}\n"
        }
        let hole = PictureStyle.name(.hole)
        rules += """
            .swatch.\(hole){border-style:dashed;background:repeating-linear-gradient(135deg,var(--ground) 0 3px,var(--line) 3px 4px)}
            @media print{.zoom,.theme,.filter{display:none}.picture{max-height:none;overflow:visible;border:0}}

            """
        return rules
    }()
}
