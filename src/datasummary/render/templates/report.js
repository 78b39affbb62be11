(() => {
  const held = document.getElementById("host-data");
  const step = Number(held.dataset.shown);
  const data = JSON.parse(held.textContent);
  const box = document.querySelector(".hosts");
  const table = document.getElementById("host-table");
  const body = table.tBodies[0];
  const input = document.getElementById("hosts-search");
  const selects = [...box.querySelectorAll("select")];
  const chosen = box.querySelector(".chosen");
  const region = box.querySelector(".scroll");
  const pager = box.querySelector(".pager");
  const [previous, next] = pager.querySelectorAll("button");
  const { coded, numbers, statements, words } = data;
  const rows = coded.source.codes.length;

  // The columns as datasummary.render.host_data wrote them.
  const signs = new Map([...data.signs].map((sign, code) => [sign, code]));
  for (const column of [...Object.values(coded), ...Object.values(statements)]) {
    if (typeof column.codes === "string") column.codes = Array.from(column.codes, (sign) => signs.get(sign));
  }
  let documents = 0;
  numbers.documents = numbers.documents.map((difference) => (documents += difference));
  const whole = (part, of) => part.map((number, row) => (number === -1 ? of[row] : number));
  numbers.reservedDocuments = whole(numbers.reservedDocuments, numbers.documents);
  numbers.reservedSize = whole(numbers.reservedSize, numbers.size);

  const hosts = rows ? data.hosts.split("\n") : [];

  // Words stand in the page's language, with places in braces for what differs.
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const woven = (text, parts) => text.split(/\{(\w+)\}/).map((part, place) => (place % 2 ? parts[part] : part));
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, words.group);
  const plurals = new Intl.PluralRules(words.language);
  const many = (forms, number, values = {}) =>
    say(forms[plurals.select(number)] ?? forms.other, { ...values, number: grouped(number) });
  const label = (key, value) => words.labels[key]?.[value] ?? value;
  const compared = (key) => {
    if (!words.labels[key]) return (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const order = new Intl.Collator(words.language);
    return (a, b) => order.compare(label(key, a), label(key, b));
  };
  const value = (key, row) => coded[key].values[coded[key].codes[row]];
  const hours = (size) => {
    const [whole, rest] = String(Math.round(Number(size) / 3600) / 1000).split(".");
    return grouped(whole) + (rest ? words.decimal + rest : "");
  };
  const size = (key, row) =>
    value("unit", row) === "milliseconds"
      ? say(words.quantity, { size: hours(numbers[key][row]), unit: label("unit", "hours") })
      : say(words.quantity, { size: grouped(numbers[key][row]), unit: label("unit", value("unit", row)) });
  const domain = (row) => {
    const labels = data.labels[row];
    if (!labels) return null;
    return data.otherDomains[row] ?? hosts[row].replace(/:\d*$/, "").split(".").slice(-labels).join(".");
  };

  // Statements by host.
  const said = new Map();
  statements.host.codes.forEach((code, place) => {
    const host = statements.host.values[code];
    if (!said.has(host)) said.set(host, []);
    said.get(host).push(place);
  });

  const start = () => ({ text: "", filters: {}, key: "documents", down: true, page: 0 });
  let state = start();
  let found = [];

  // Filters, by the names of columns.
  const tests = {
    host: (row, wanted) => hosts[row] === wanted,
    domain: (row, wanted) => domain(row) === wanted,
  };
  const matches = {
    disposition: (held, wanted) => held.startsWith(wanted),
    protocols: (held, wanted) => held.includes(wanted),
  };
  const known = (key) => Object.hasOwn(tests, key) || Object.hasOwn(coded, key);

  const select = () => {
    const text = hostSought(state.text);
    let kept = ordered(state.key, state.down);
    if (text) kept = kept.filter((row) => hosts[row].includes(text));
    for (const [key, wanted] of Object.entries(state.filters)) {
      if (tests[key]) {
        kept = kept.filter((row) => tests[key](row, wanted));
      } else {
        const fits = matches[key] ?? ((held) => held === wanted);
        const allowed = coded[key].values.map((held) => fits(held, wanted));
        kept = kept.filter((row) => allowed[coded[key].codes[row]]);
      }
    }
    return kept;
  };

  // Rows in the order of a column; equal ones as the page holds them, whichever way the column is sorted.
  const orders = new Map();
  const ordered = (key, down) => {
    const name = `${key} ${down}`;
    if (!orders.has(name)) {
      const rank = ranks(key);
      const sign = down ? -1 : 1;
      const all = Array.from({ length: rows }, (_, row) => row);
      orders.set(name, all.sort((a, b) => sign * (rank[a] < rank[b] ? -1 : rank[a] > rank[b] ? 1 : 0) || a - b));
    }
    return orders.get(name);
  };
  const ranks = (key) => {
    if (key in numbers) return numbers[key].map(Number);
    if (key === "host") return hosts;
    const names = [...coded[key].values].sort(compared(key));
    const places = coded[key].values.map((name) => names.indexOf(name));
    return coded[key].codes.map((code) => places[code]);
  };

  const element = (name, text, options = {}) => {
    const made = document.createElement(name);
    if (text !== null) made.textContent = text;
    for (const [key, held] of Object.entries(options)) made.setAttribute(key, held);
    return made;
  };
  const listed = (pairs) => {
    const list = document.createElement("dl");
    for (const [name, held] of pairs) {
      if (held === null || held === "") continue;
      const cell = document.createElement("dd");
      cell.append(held);
      list.append(element("dt", name), cell);
    }
    return list;
  };

  // As a shell takes it for one word, whoever named the host.
  const command = (host) => {
    const address = `https://${host}/`;
    return `datasummary explain ${/^[\w.:/-]+$/.test(address) ? address : `'${address.replaceAll("'", "'\\''")}'`}`;
  };

  const statement = (place) => {
    const of = (key) => statements[key].values[statements[key].codes[place]];
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.append(
      ...woven(words.statement, {
        protocol: element("strong", of("protocol")),
        addressee: words.addressees[of("addressee")] ?? of("addressee"),
        answer: element("strong", words.answers[of("says")] ?? of("says")),
        role: words.roles[of("role")] ?? of("role"),
        place: of("place"),
      }),
    );
    const quote = element("pre", of("quote"), { dir: "auto" });
    const captured = of("captured");
    details.append(
      summary,
      listed([
        [words.quote, quote],
        [words.address, element("bdi", of("url"), { class: "mono" })],
        [words.captured, captured ? say(words.capturedAt, { time: captured }) : words.noTime],
        ["SHA-256", of("sha256") ? element("span", of("sha256"), { class: "mono" }) : words.noDigest],
        [words.capture, element("span", of("capture"), { class: "mono" })],
      ]),
    );
    return details;
  };

  const opened = (row) => {
    const line = element("tr", null, { class: "opened", id: `host-${row}` });
    const cell = element("td", null, { colspan: table.tHead.rows[0].cells.length });
    const [first, last] = [value("first", row), value("last", row)];
    const [documents, leftOut] = [numbers.documents[row], numbers.leftOutDocuments[row]];
    const withReserved = (whole, reserved) => say(words.withReserved, { whole, reserved });
    const source = {
      source: value("source", row),
      group: label("group", value("group", row)).toLowerCase(),
      modality: label("modality", value("modality", row)),
    };
    cell.append(
      listed([
        [words.disposition, value("disposition", row)],
        [words.documentsTitle, withReserved(grouped(documents), grouped(numbers.reservedDocuments[row]))],
        [words.size, withReserved(size("size", row), size("reservedSize", row))],
        [words.leftOut, leftOut ? many(words.documents, leftOut) : ""],
        [words.source, say(words.sourceOf, source)],
        [words.domain, domain(row)],
        [words.lookedAt, value("protocols", row).join(", ") || words.nothing],
        [words.evidence, first ? (first === last ? first : say(words.span, { first, last })) : words.noneWithTime],
      ]),
    );
    const places = said.get(hosts[row]) ?? [];
    if (places.length) {
      cell.append(element("p", many(words.said, places.length), { class: "said" }));
      for (const place of places) cell.append(statement(place));
    }
    if (hosts[row]) {
      const more = document.createElement("p");
      more.append(...woven(places.length ? words.all : words.notHeld, { command: element("code", command(hosts[row])) }));
      cell.append(more);
    }
    line.append(cell);
    return line;
  };

  const toggle = (button, row) => {
    const open = button.getAttribute("aria-expanded") === "true";
    const line = button.closest("tr");
    if (open) line.nextSibling.remove();
    else line.after(opened(row));
    button.setAttribute("aria-expanded", String(!open));
  };

  const line = (row) => {
    const made = document.createElement("tr");
    const head = element("th", null, { scope: "row" });
    const button = element("button", null, { type: "button", class: "host", "aria-expanded": "false" });
    for (const part of (hosts[row] || words.noHost).split(/(?<=\.)/)) button.append(part, element("wbr", null));
    button.addEventListener("click", () => toggle(button, row));
    head.append(button);
    made.append(
      head,
      element("td", value("source", row), { class: /\S{17}/.test(value("source", row)) ? "aside long" : "aside" }),
      element("td", label("modality", value("modality", row)), { class: "aside" }),
      element("td", label("verdict", value("verdict", row))),
      element("td", grouped(numbers.documents[row]), { class: "number" }),
      element("td", grouped(numbers.reservedDocuments[row]), { class: "number aside" }),
      element("td", size("size", row), { class: "number aside" }),
    );
    return made;
  };

  const chips = () => {
    chosen.replaceChildren();
    const own = selects.map((each) => each.dataset.filter);
    for (const [key, wanted] of Object.entries(state.filters)) {
      if (own.includes(key)) continue;
      const filter = say(words.labelled, { label: words.columns[key] ?? key, words: label(key, wanted) });
      const button = element("button", `${filter} ✕`, { type: "button", "aria-label": say(words.remove, { filter }) });
      button.addEventListener("click", () => {
        delete state.filters[key];
        changed();
        input.focus();
      });
      chosen.append(button);
    }
    if (state.text || Object.keys(state.filters).length) {
      const button = element("button", words.showAll, { type: "button" });
      button.addEventListener("click", () => {
        state = { ...start(), key: state.key, down: state.down };
        changed();
        input.focus();
      });
      chosen.append(button);
    }
  };

  const show = () => {
    const from = state.page * step;
    const pages = Math.max(1, Math.ceil(found.length / step));
    body.replaceChildren(...found.slice(from, from + step).map(line));
    const to = Math.min(from + step, found.length);
    const count =
      found.length === rows ? many(words.rows, rows) : many(words.rowsOf, rows, { found: grouped(found.length) });
    const part = { count, first: grouped(from + 1), last: grouped(to) };
    box.querySelector(".count").textContent = found.length > step ? say(words.shown, part) : count;
    pager.hidden = pages === 1;
    const turned = { page: grouped(state.page + 1), pages: grouped(pages) };
    pager.querySelector("span").textContent = say(words.page, turned);
    previous.setAttribute("aria-disabled", String(state.page === 0));
    next.setAttribute("aria-disabled", String(state.page === pages - 1));
    for (const head of table.tHead.rows[0].cells) {
      const mine = head.dataset.key === state.key;
      head.setAttribute("aria-sort", mine ? (state.down ? "descending" : "ascending") : "none");
    }
  };

  // After a change of filters or order: from the first page.
  const changed = () => {
    state.page = 0;
    input.value = state.text;
    for (const each of selects) each.value = state.filters[each.dataset.filter] ?? "";
    found = select();
    chips();
    show();
  };

  const turn = (by) => {
    const page = state.page + by;
    if (page < 0 || page * step >= found.length) return;
    state.page = page;
    show();
    region.focus({ preventScroll: true });
    box.scrollIntoView();
  };

  for (const head of table.tHead.rows[0].cells) {
    const button = element("button", head.textContent, { type: "button" });
    head.dataset.label = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const { key } = head.dataset;
      state.down = state.key === key ? !state.down : key in numbers;
      state.key = key;
      changed();
    });
  }
  for (const each of selects) {
    const key = each.dataset.filter;
    each.append(element("option", words.everything, { value: "" }));
    for (const held of [...coded[key].values].sort(compared(key))) each.append(element("option", label(key, held), { value: held }));
    each.addEventListener("change", () => {
      if (each.value) state.filters[key] = each.value;
      else delete state.filters[key];
      changed();
    });
  }
  input.addEventListener("input", () => {
    state.text = input.value;
    state.page = 0;
    found = select();
    chips();
    show();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    state.text = "";
    changed();
  });
  previous.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));

  // #hosts?verdict=reserved&group=crawled: the rows behind a figure; a single one is opened.
  const follow = (fragment) => {
    if (!fragment.startsWith("#hosts?")) return;
    const asked = new URLSearchParams(fragment.slice("#hosts?".length));
    state = { ...start(), filters: Object.fromEntries([...asked].filter(([key]) => known(key))) };
    changed();
    if (found.length === 1) body.querySelector(".host").click();
    const heading = document.getElementById("hosts");
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  };
  for (const link of document.querySelectorAll("a[data-hosts]")) {
    link.href = `#hosts?${link.dataset.hosts}`;
    link.addEventListener("click", () => {
      if (link.hash === location.hash) follow(link.hash);
    });
  }
  window.addEventListener("hashchange", () => follow(location.hash));

  // On paper: the first rows of all, whatever was chosen.
  let kept = null;
  window.addEventListener("beforeprint", () => {
    kept = state;
    state = start();
    changed();
  });
  window.addEventListener("afterprint", () => {
    const { page } = kept;
    state = kept;
    changed();
    state.page = page;
    show();
  });

  // Figures wider than the page scroll, by the keyboard, too.
  const reach = () => {
    for (const sheet of document.querySelectorAll(".sheet")) {
      const wider = sheet.scrollWidth > sheet.clientWidth;
      const name = sheet.closest("figure").getAttribute("aria-labelledby");
      for (const [key, held] of [["tabindex", "0"], ["role", "region"], ["aria-labelledby", name]]) {
        if (wider) sheet.setAttribute(key, held);
        else sheet.removeAttribute(key);
      }
    }
  };
  window.addEventListener("resize", reach);
  reach();

  document.documentElement.classList.add("scripted");
  box.querySelector(".filters").hidden = false;
  changed();
  follow(location.hash);
})();
