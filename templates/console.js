// What pages can do beyond forms and links: live parts, theme, copying, times of the reader's zone, keys.
(() => {
  "use strict";
  const kept = {
    get(name) { try { return localStorage.getItem(`smsc_sim.${name}`); } catch { return null; } },
    set(name, value) { try { localStorage.setItem(`smsc_sim.${name}`, value); } catch { /* not kept, then */ } },
  };
  const main = document.getElementById("main");

  // The sentence of a form has been said: reloading the page does not say it again.
  const url = new URL(location.href);
  if (url.searchParams.has("flash")) {
    url.searchParams.delete("flash");
    history.replaceState(null, "", url);
  }

  // Theme

  const themeButton = document.getElementById("theme");
  function switchTheme() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    kept.set("theme", next);
  }
  themeButton.hidden = false;
  themeButton.addEventListener("click", switchTheme);

  // Whatever is shown: times and buttons for copying

  const clock = new Intl.DateTimeFormat(undefined, {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
  });
  const opened = new Set();
  function finish(root) {
    if (root.dataset?.title) document.title = root.dataset.title;
    for (const time of root.querySelectorAll("time[datetime]")) {
      const utc = /^\d\d:\d\d:\d\d(\.\d+)?$/.exec(time.textContent.trim());
      if (utc) time.textContent = clock.format(new Date(time.dateTime)) + (utc[1] ?? "");
    }
    for (const button of root.querySelectorAll("button.copy")) button.hidden = false;
    // A ladder that goes on is read at its end.
    for (const end of root.querySelectorAll(".rungs[data-end]")) end.scrollTop = end.scrollHeight;
    for (const id of opened) root.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  }
  // What the reader has opened stays open when its part of the page is loaded anew.
  document.addEventListener("toggle", ({ target }) => {
    if (target.id && target.isConnected) opened[target.open ? "add" : "delete"](target.id);
  }, true);
  finish(document);
  document.body.addEventListener("htmx:load", (event) => finish(event.detail.elt));
  document.body.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button.copy");
    if (!button) return;
    const { copy, copyFrom } = button.dataset, label = button.textContent;
    await navigator.clipboard.writeText(copy ?? await (await fetch(copyFrom)).text());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1500);
  });

  // Files are read into a field, so that a form sends text only.
  for (const field of document.querySelectorAll("input[type=file][data-into]")) {
    field.closest("[hidden]").hidden = false;
    field.addEventListener("change", async () => {
      if (field.files.length) document.getElementById(field.dataset.into).value = await field.files[0].text();
    });
  }

  // A long page is narrowed to what has the words.
  for (const field of document.querySelectorAll("input[data-filter]")) {
    field.closest("[hidden]").hidden = false;
    const sections = document.querySelectorAll(field.dataset.filter);
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      const has = (part) => words.every((word) => part.textContent.toLowerCase().includes(word));
      let found = false;
      for (const section of sections) {
        let some = words.length === 0;
        for (const part of section.querySelectorAll("tbody tr, details, .pairs dt")) {
          part.hidden = !has(part.localName === "dt" ? part.nextElementSibling : part) && !has(part);
          if (part.localName === "dt") part.nextElementSibling.hidden = part.hidden;
          some ||= !part.hidden;
        }
        for (const fold of section.querySelectorAll("details")) {
          // Named by its own line, it is shown whole; else with the rows that have the words.
          const whole = has(fold.querySelector("summary"));
          if (whole) for (const row of fold.querySelectorAll("tr")) row.hidden = false;
          fold.open = words.length > 0 && !fold.hidden && !whole;
        }
        for (const heading of section.querySelectorAll("h3, .shell")) heading.hidden = words.length > 0;
        section.hidden = !some;
        found ||= some;
      }
      document.getElementById("unfound").hidden = found;
    });
  }

  // Live parts: one stream, and none while nobody looks

  const pauseButtons = document.getElementsByClassName("pause");
  const spoken = document.getElementById("spoken");
  const live = [...document.querySelectorAll("[data-live]")].flatMap((part) => part.dataset.live.split(" "));
  const topics = [...new Set(live.map((one) => one.split("/")[0]))];
  let stream = null;
  let paused = false;

  // What has come is said now and then, for those who do not see rows move.
  const SILENCE = 10000;
  let said = null;
  let known = null;
  let saying = 0;

  function say() {
    saying = 0;
    const accepted = known.accepted - said.accepted, refused = known.refused - said.refused;
    said = known;
    // Counters that were put back begin anew.
    if (accepted < 0 || refused < 0 || accepted + refused === 0) return;
    const count = accepted + refused;
    spoken.textContent = `${count} new message${count === 1 ? "" : "s"}, ${refused} refused`;
    saying = setTimeout(say, SILENCE);
  }
  function heard(messages) {
    known = messages;
    said ??= known;
    if (!saying && known !== said) saying = setTimeout(say, 500);
  }
  // An element with data-live="messages traffic/3" is a part that is loaded anew when the server tells of these topics:
  // at most once a second, or, of traffic, each third. What is due at about the same time comes with one request.
  const GATHER = 50, TOGETHER = 250, LATER = 1000;
  const loadedAt = {}, due = {};
  let timer = 0;
  let loading = false;

  function tell(topic) {
    const now = performance.now();
    for (const part of document.querySelectorAll("[data-live]")) {
      const pace = part.dataset.live.split(" ").map((one) => one.split("/")).find(([name]) => name === topic);
      if (!pace) continue;
      const at = Math.max(now + GATHER, (loadedAt[part.id] ?? -Infinity) + (pace[1] ?? 1) * 1000);
      due[part.id] = Math.min(at, due[part.id] ?? Infinity);
    }
    plan();
    document.body.dispatchEvent(new CustomEvent(`live:${topic}`));
  }
  function plan() {
    clearTimeout(timer);
    const next = Math.min(...Object.values(due));
    if (stream !== null && !loading && next < Infinity) timer = setTimeout(load, Math.max(0, next - performance.now()));
  }
  async function load() {
    const now = performance.now(), wanted = {};
    for (const [id, at] of Object.entries(due)) {
      if (at > now + TOGETHER) continue;
      const part = document.getElementById(id);
      delete due[id];
      // What nobody sees is loaded when it is shown; what somebody is about to use is not replaced under their hands.
      if (!part || part.closest("details:not([open])")) continue;
      if (inUse("anew" in part.dataset ? main : part)) {
        due[id] = now + LATER;
      } else if ("anew" in part.dataset) {
        location.reload();
      } else {
        loadedAt[id] = now;
        (wanted[part.dataset.from ?? ""] ??= []).push(id);
      }
    }
    loading = true;
    for (const [from, ids] of Object.entries(wanted)) {
      const headers = { "Smsc-Sim-Parts": ids.join(",") };
      // An answer that says no, or none at all, has been complained of; the next event asks again.
      await htmx.ajax("GET", from || location.href, { source: document.body, swap: "none", headers }).catch(() => {});
    }
    loading = false;
    plan();
  }
  // The answer may come when somebody has begun to use what it would replace.
  document.body.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    if (!inUse(detail.target)) return;
    detail.shouldSwap = false;
    due[detail.target.id] = performance.now() + LATER;
  });
  function inUse(part) {
    return part.contains(document.activeElement) || part.querySelector("details.menu[open]") !== null;
  }
  // A fold that is opened shows what is, not what was.
  document.addEventListener("toggle", ({ target }) => {
    if (!target.open) return;
    for (const part of target.querySelectorAll("[data-live]")) due[part.id] = 0;
    plan();
  }, true);
  function told(event) {
    if (event.type === "gap") {
      topics.forEach(tell);
      return;
    }
    // The first one says how things are: they may have changed since the page was made.
    if (event.type === "messages") heard(JSON.parse(event.data));
    tell(event.type);
  }
  function connect() {
    const wanted = topics.length > 0 && !paused && !document.hidden;
    if (wanted && stream === null) {
      stream = new EventSource(`/api/v1/events?types=${topics}`);
      for (const type of [...topics, "gap"]) stream.addEventListener(type, told);
    } else if (!wanted && stream !== null) {
      stream.close();
      stream = null;
    }
  }
  function pause() {
    if (!topics.length) return;
    paused = !paused;
    for (const button of pauseButtons) {
      button.setAttribute("aria-pressed", String(paused));
      button.textContent = paused ? "Go on live" : "Pause live";
    }
    connect();
  }
  if (topics.length) {
    for (const button of pauseButtons) {
      button.hidden = false;
      button.addEventListener("click", pause);
    }
    document.addEventListener("visibilitychange", connect);
    connect();
    // A page that is to be loaded anew when something comes, and, where seconds are given, after these in any case.
    const anew = document.querySelector("[data-anew]");
    if (anew?.dataset.anew) due[anew.id] = performance.now() + anew.dataset.anew * 1000;
    plan();
  }

  // What is left of a time is counted down, unless nothing is to move.

  function words(seconds) {
    const units = [["d", 86400, Infinity], ["h", 3600, 24], ["min", 60, 60], ["s", 1, 60]]
      .map(([unit, size, most]) => [Math.floor(seconds / size) % most, unit]);
    const first = units.findIndex(([amount]) => amount);
    const parts = units.slice(first, first + 2).filter(([amount]) => amount);
    return parts.map((part) => part.join(" ")).join(" ") || "0 s";
  }
  setInterval(() => {
    if (paused || document.hidden) return;
    for (const left of document.querySelectorAll("[data-left]")) {
      left.end ??= performance.now() + left.dataset.left * 1000;
      left.textContent = words(Math.max(0, Math.round((left.end - performance.now()) / 1000)));
    }
  }, 1000);

  // Menus close as people expect them to

  function closeMenus(but) {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== but) menu.open = false;
  }
  document.addEventListener("click", ({ target }) => closeMenus(target.closest?.("details.menu")));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    const inside = menu.contains(document.activeElement);
    closeMenus();
    if (inside) menu.querySelector("summary").focus();
  });

  // Keys, outside fields

  const help = document.getElementById("help");
  const keysOn = document.getElementById("keys-on");
  const keysButton = document.getElementById("keys");
  keysOn.checked = kept.get("keys") !== "off";
  keysOn.addEventListener("change", () => kept.set("keys", keysOn.checked ? "on" : "off"));
  keysButton.hidden = false;
  keysButton.addEventListener("click", () => help.showModal());
  const pages = Object.fromEntries(
    [...help.querySelectorAll("a[data-key]")].map((link) => [link.dataset.key, link.href]),
  );
  let going = false;

  function step(by) {
    // What opens a row: its fold, or else its first link.
    const opener = (row) => row.querySelector("details:not(.menu) > summary") ?? row.querySelector("a[href]");
    const rows = [...main.querySelectorAll("tbody tr")].filter(opener);
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next) opener(next).focus();
  }
  const keys = {
    "/": () => main.querySelector("input[type=search]")?.focus(),
    "?": () => help.showModal(),
    j: () => step(1),
    k: () => step(-1),
    p: pause,
    t: switchTheme,
    i: () => { if (pages.i) location.href = pages.i; },
  };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (field || !keysOn.checked || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (going) {
      going = false;
      if (pages[event.key]) location.href = pages[event.key];
      return;
    }
    if (event.key === "g") {
      going = true;
      setTimeout(() => { going = false; }, 1500);
    } else if (Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });
})();
