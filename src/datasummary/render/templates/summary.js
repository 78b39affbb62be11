(() => {
  const box = document.querySelector(".domains");
  if (!box) return;
  const step = Number(box.dataset.shown);
  const body = box.querySelector("tbody");
  const input = box.querySelector("input");
  const count = box.querySelector(".count");
  const more = box.querySelector(".more");
  const rest = document.getElementById("domain-rest");
  const names = [...body.rows].map((row) => row.cells[1].textContent);
  if (rest) for (const name of JSON.parse(rest.textContent).split("\n")) names.push(name);
  // The page brings its words, in its language, with places for numbers.
  const words = (text, numbers) => text.replace(/\{(\w+)\}/g, (_, place) => grouped(numbers[place]));
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

  const byRank = Array.from(names, (_, index) => index);
  let byName = null;
  let order = { key: "rank", down: false };
  let found = null;
  let shown = 0;

  const ranks = () => {
    if (order.key === "name") byName ??= [...byRank].sort((a, b) => (names[a] < names[b] ? -1 : 1));
    const all = order.key === "name" ? byName : byRank;
    return order.down ? [...all].reverse() : all;
  };

  const append = () => {
    const rows = document.createDocumentFragment();
    for (const index of found.slice(shown, shown + step)) {
      const row = document.createElement("tr");
      row.append(document.createElement("td"), document.createElement("td"));
      row.cells[0].textContent = index + 1;
      row.cells[1].textContent = names[index];
      rows.append(row);
    }
    shown = Math.min(shown + step, found.length);
    body.append(rows);
    const left = found.length - shown;
    more.hidden = left === 0;
    more.textContent = left > step ? words(box.dataset.more, { count: step }) : words(box.dataset.last, { count: left });
  };

  const show = () => {
    const text = hostSought(input.value);
    const all = ranks();
    found = text ? all.filter((index) => names[index].includes(text)) : all;
    body.replaceChildren();
    shown = 0;
    append();
    count.textContent = words(text ? box.dataset.found : box.dataset.all, { found: found.length, all: names.length });
    box.querySelector(".scroll").scrollTop = 0;
  };

  for (const head of box.querySelectorAll("th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const key = head.dataset.key;
      order = { key, down: order.key === key && !order.down };
      for (const other of box.querySelectorAll("th")) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      show();
    });
  }
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      input.value = "";
      show();
    }
  });
  more.addEventListener("click", () => {
    const first = shown;
    append();
    const row = body.rows[first];
    if (more.hidden && row) {
      row.tabIndex = -1;
      row.focus();
    }
  });
  // On paper the list stands from its beginning, whatever was searched for.
  window.addEventListener("beforeprint", () => {
    input.value = "";
    order = { key: "rank", down: false };
    for (const head of box.querySelectorAll("th")) {
      head.setAttribute("aria-sort", head.dataset.key === "rank" ? "ascending" : "none");
    }
    show();
  });
  box.querySelector(".controls").hidden = false;
  document.documentElement.classList.add("scripted");
  show();
})();
