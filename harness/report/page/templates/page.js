(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text ?? "" }, more);
  $$(".controls").forEach((item) => { item.hidden = false; });
  $$(".noscript").forEach((item) => item.remove());

  // What a link carries: #?sort=nix.up&tool=uv&all=1&open=uv&pair=uv.hatch
  const state = new Map();
  const remember = () => {
    const told = [...state].filter(([, value]) => value).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
    history.replaceState(null, "", told.length ? `#?${told.join("&")}` : location.pathname + location.search);
  };

  // Evidence is fetched by a script element, which works from disk too; each bundle calls monorepoProof.
  const bundles = new Map();
  window.monorepoProof = (name, data) => { bundles.get(name)?.done(data); };
  const load = (name) => {
    if (!bundles.has(name)) {
      const entry = {};
      entry.data = new Promise((done, failed) => {
        entry.done = done;
        const script = make("script", "", { src: `proofs/${encodeURIComponent(name)}.js` });
        script.onerror = () => { bundles.delete(name); failed(new Error(`proofs/${name}.js is not beside this page.`)); };
        document.head.append(script);
      });
      bundles.set(name, entry);
    }
    return bundles.get(name).data;
  };
  const dialog = $("#proof");
  const show = async (anchor) => {
    const [title, body] = [$("#proof-title"), $("pre", dialog)];
    title.textContent = anchor; body.textContent = "…";
    if (!dialog.open) dialog.showModal();
    try {
      const found = (await load(anchor.slice(0, anchor.indexOf("/"))))[anchor];
      title.textContent = found ? found[0] : anchor;
      body.textContent = found ? found[1] : "No evidence of this was kept.";
    } catch (error) { body.textContent = `${error.message} The folder proofs belongs to the report.`; }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-p]");
    if (link) { event.preventDefault(); show(link.dataset.p); }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  // Tables are sorted by what a cell holds: its figure, else its text; what has none stands last.
  const held = (row, place) => {
    const cell = row.cells[place], value = cell.dataset.v;
    return value === undefined ? [1, cell.textContent.trim() || "￿"] : [0, Number(value)];
  };
  const sort = (table, place, down) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [held(row, place), row]);
    const side = down ? -1 : 1;
    rows.sort(([[kind, one]], [[other, two]]) => kind - other
      || side * (kind ? one.localeCompare(two, undefined, { numeric: true }) : one - two));
    body.append(...rows.map(([, row]) => row));
    [...table.tHead.rows[0].cells].forEach((head, index) => {
      if (index === place) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  };
  $$("table.sortable").forEach((table) => [...table.tHead.rows[0].cells].forEach((head, place) => {
    const button = make("button", head.firstChild?.textContent ?? "", { type: "button" });
    head.firstChild?.replaceWith(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      sort(table, place, down);
      if (table.id === "main") {
        state.set("sort", `${head.dataset.c ?? "name"}.${down ? "down" : "up"}`);
        if (!state.get("tool")) { state.set("all", "1"); apply(); }
        remember();
      }
    });
  }));

  // The table shows one idiom a tool until asked for more.
  const main = $("#main"), tool = $("#tool"), all = $("#idioms");
  const rows = [...main.tBodies[0].rows];
  const opened = () => new Set((state.get("open") || "").split(".").filter(Boolean));
  const apply = () => {
    const wanted = state.get("tool") || "", open = opened();
    rows.forEach((row) => {
      const more = !("first" in row.dataset);
      row.classList.toggle("more", more);
      row.hidden = wanted ? row.dataset.tool !== wanted : more && !state.get("all") && !open.has(row.dataset.tool);
    });
    tool.value = wanted;
    all.setAttribute("aria-pressed", String(Boolean(state.get("all"))));
    $$("tbody th button", main).forEach((button) => button.setAttribute("aria-expanded", String(open.has(button.value))));
  };
  rows.filter((row) => "first" in row.dataset).forEach((row) => {
    const others = rows.filter((item) => item.dataset.tool === row.dataset.tool).length - 1;
    if (!others) return;
    const button = make("button", `+${others}`, { type: "button", value: row.dataset.tool });
    button.setAttribute("aria-label", `${others} more idioms of ${row.dataset.tool}`);
    button.addEventListener("click", () => {
      const open = opened();
      if (!open.delete(button.value)) open.add(button.value);
      state.set("open", [...open].join(".")); apply(); remember();
    });
    row.cells[0].append(button);
  });
  tool.addEventListener("change", () => { state.set("tool", tool.value); apply(); remember(); });
  all.addEventListener("click", () => { state.set("all", state.get("all") ? "" : "1"); apply(); remember(); });

  // Find leads to titles, questions and the measures by name.
  const found = $("#found");
  const places = $$("[data-find]").map((item) => [item, `${item.textContent} ${item.dataset.find}`.toLowerCase()]);
  $("#find").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    found.replaceChildren();
    if (!words.length) return;
    const hits = places.filter(([, text]) => words.every((word) => text.includes(word)));
    hits.slice(0, 24).forEach(([item]) => {
      const target = item.closest("details[id], section[id]") ?? item;
      const link = make("a", (item.matches("summary") ? $("b", item) : item).textContent, { href: `#${item.id || target.id}` });
      link.addEventListener("click", () => { const details = item.closest("details"); if (details) details.open = true; });
      found.append(link);
    });
    if (hits.length > 24) found.append(`and ${hits.length - 24} more`);
    if (!hits.length) found.append("nothing of that name; Every measure has all figures");
  });

  // Every measure, and two side by side, from one bundle of all figures.
  const cell = ([text, standing, mark, proof]) => {
    const made = make("td", "", { className: standing === "neutral" ? "" : standing });
    if (mark) made.append(`${mark} `);
    made.append(proof ? make("a", text, { href: `#proof=${encodeURIComponent(proof)}` }) : text);
    if (proof) made.lastChild.dataset.p = proof;
    return made;
  };
  const table = (heads, lines) => {
    const made = make("table"), head = made.createTHead().insertRow(), body = made.createTBody();
    heads.forEach((text) => head.append(make("th", text, { scope: "col" })));
    lines.forEach(([name, cells]) => {
      const row = body.insertRow();
      row.append(make("th", name, { scope: "row" }), ...cells.map(cell));
    });
    const scroll = make("div", "", { className: "scroll sticky", tabIndex: 0 });
    scroll.setAttribute("role", "group"); scroll.setAttribute("aria-label", "figures");
    scroll.append(made);
    return scroll;
  };
  const fill = async (out, draw) => {
    try { out.replaceChildren(draw(await load("measures"))); } catch (error) {
      out.replaceChildren(make("p", `${error.message} The folder proofs belongs to the report.`, { className: "missing" }));
    }
  };
  const measures = $("#measures");
  measures.hidden = false;
  measures.addEventListener("click", () => fill($("#measures-out"), (data) => table(
    ["measure", ...data.names], data.columns.map((title, place) => [title, data.names.map((_, row) => data.cells[row][place])]),
  )));
  const one = $("#one"), other = $("#other");
  const pair = () => {
    if (!other.value) return $("#pair-out").replaceChildren();
    state.set("pair", `${one.value}.${other.value}`); remember();
    return fill($("#pair-out"), (data) => {
      const plain = (name) => name.replace(/\s+/g, " ").trim();
      const names = data.names.map(plain);
      const [left, right] = [one, other].map((item) => data.cells[names.indexOf(plain(item.value))] ?? []);
      const lines = data.columns.map((title, place) => [title, [left[place], right[place]]]);
      return table(["what differs", one.value, other.value], lines.filter(([, [a, b]]) => a && b && a[0] !== b[0]));
    });
  };
  [one, other].forEach((item) => item.addEventListener("change", pair));

  const read = () => {
    const hash = location.hash;
    if (hash.startsWith("#?")) {
      new URLSearchParams(hash.slice(2)).forEach((value, key) => state.set(key, value));
      apply();
      const [by, way] = (state.get("sort") || "").split(/\.(?=up$|down$)/);
      const heads = [...main.tHead.rows[0].cells];
      const place = by === "name" ? 0 : heads.findIndex((head) => head.dataset.c === by);
      if (by && place >= 0) sort(main, place, way === "down");
      const [first, second] = (state.get("pair") || "").split(".");
      if (second) { one.value = first; other.value = second; if (other.value) pair(); }
    } else if (hash.startsWith("#proof=")) show(decodeURIComponent(hash.slice(7)));
    else if (hash.length > 1) {
      const target = document.getElementById(decodeURIComponent(hash.slice(1)));
      const details = target?.closest("details");
      if (details) { details.open = true; target.scrollIntoView(); }
    }
  };
  apply();
  read();
  window.addEventListener("hashchange", read);
})();
