(() => {
  const box = document.querySelector(".search");
  const input = box.querySelector("input");
  const answer = box.querySelector(".answer");
  const near = box.querySelector(".near");
  const list = box.querySelector(".names");
  const words = JSON.parse(document.getElementById("domain-words").textContent);
  const inside = document.getElementById("domain-names");
  const names = inside ? JSON.parse(inside.textContent).split("\n") : null;
  const ranks = names && new Map(names.map((name, index) => [name, index + 1]));
  const most = 20;
  const pause = 120;
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);

  // What was typed is cut to a host: no scheme, no user or mail box before @, no port, path or dots around it.
  const bare = (typed) =>
    typed.trim().toLowerCase().replace(/^[a-z][a-z0-9+.-]*:\/\//, "").replace(/^\/\//, "").replace(/[/?#\\].*$/s, "")
      .replace(/^.*@/, "").replace(/:\d*$/, "").replace(/^(\*(\.|$))?\.*/, "").replace(/[.\u3002\uff0e\uff61]+$/, "");

  // The name itself, then each name that it stands below.
  const above = (host) => {
    const labels = host.split(".");
    return labels.slice(0, -1).map((_, start) => labels.slice(start).join(".")).slice(-8);
  };

  const crc32 = (text) => {
    let rest = -1;
    for (const byte of new TextEncoder().encode(text)) {
      rest ^= byte;
      for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
    }
    return ~rest >>> 0;
  };
  const parts = new Map();
  const part = (name) => {
    const number = crc32(name) % words.parts;
    const file = `domains/${number.toString(16).padStart(3, "0")}.json`;
    if (!parts.has(file)) {
      const loaded = fetch(file).then((found) => (found.ok ? found.json() : Promise.reject(found.status)));
      loaded.catch(() => parts.delete(file));
      parts.set(file, loaded);
    }
    return parts.get(file);
  };
  const fetched = async (name) => {
    const found = await part(name);
    return Object.hasOwn(found, name) ? found[name] : undefined;
  };

  const say = (text, listed = false) => {
    answer.textContent = text;
    answer.classList.toggle("listed", listed);
  };
  const tell = (host, shown, name, rank) => {
    const values = { host: shown, name, rank: grouped(rank ?? 0), count: grouped(words.count) };
    if (!rank) say(filled(words.absent, values));
    else if (name === host) say(filled(words.listed, { ...values, name: shown }), true);
    else say(filled(words.below, values), true);
  };
  const suggest = (text) => {
    const found = [];
    let count = 0;
    if (names && text.length > 1) {
      for (const name of names) if (name.includes(text) && ++count <= most) found.push(name);
    }
    near.textContent = !count ? "" : filled(count > most ? words.many : words.some, { typed: text, count: grouped(count), most });
    list.replaceChildren(
      ...found.map((name) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = name;
        button.addEventListener("click", () => {
          input.value = name;
          input.focus();
          look();
        });
        item.append(button);
        return item;
      }),
    );
  };

  let asked = 0;
  const look = () => {
    const turn = ++asked;
    const typed = bare(input.value);
    const host = hostSought(typed).replace(/\.+$/, "");
    const shown = host === typed ? host : `${typed} (${host})`;
    suggest(host);
    if (!host) return say("");
    if (!/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(host) || /\.\d+$/.test(host)) return say(words.none);
    if (!host.includes(".")) return say(words.more);
    if (names) {
      const name = above(host).find((each) => ranks.has(each));
      return tell(host, shown, name, ranks.get(name));
    }
    if (location.protocol === "file:") return say(words.file);
    say(words.wait);
    setTimeout(async () => {
      if (turn !== asked) return;
      try {
        const found = await Promise.all(above(host).map(fetched));
        if (turn !== asked) return;
        const place = found.findIndex((rank) => rank !== undefined);
        tell(host, shown, above(host)[place], found[place]);
      } catch {
        if (turn === asked) say(words.failed);
      }
    }, pause);
  };

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      input.value = "";
      look();
    }
  });
  near.hidden = list.hidden = !names;
  box.hidden = false;
  document.documentElement.classList.add("scripted");
  if (input.value) look();
})();
