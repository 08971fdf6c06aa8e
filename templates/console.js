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

  // Live parts: one stream, and none while nobody looks

  const pauseButton = document.getElementById("pause");
  const spoken = document.getElementById("spoken");
  const topics = main.dataset.live;
  const last = {};
  const later = {};
  let stream = null;
  let paused = false;
  let spokenAt = 0;

  function speak(topic, state) {
    const before = last[topic];
    last[topic] = state;
    if (topic !== "messages" || before === undefined || Date.now() - spokenAt < 10000) return;
    spokenAt = Date.now();
    const accepted = state.accepted - before.accepted, refused = state.refused - before.refused;
    spoken.textContent = `${accepted + refused} new messages, ${refused} refused`;
  }
  function told(event) {
    if (event.type === "gap") {
      for (const topic of topics.split(",")) htmx.trigger(document.body, `live:${topic}`);
      return;
    }
    // The first one says how things are: they may have changed since the page was made.
    speak(event.type, JSON.parse(event.data));
    const topic = event.type, tell = () => htmx.trigger(document.body, `live:${topic}`, { seq: event.lastEventId });
    tell();
    // A throttled part ignores what comes too soon after what it has seen: it is told once more when no more comes.
    const before = later[topic] ?? { at: -Infinity, timers: [] }, at = performance.now();
    for (const timer of before.timers) clearTimeout(timer);
    const again = () => { if (stream !== null) tell(); };
    later[topic] = { at, timers: at - before.at < 3000 ? [1100, 3100].map((wait) => setTimeout(again, wait)) : [] };
  }
  function connect() {
    const wanted = topics && !paused && !document.hidden;
    if (wanted && stream === null) {
      stream = new EventSource(`/api/v1/events?types=${encodeURIComponent(topics)}`);
      for (const type of [...topics.split(","), "gap"]) stream.addEventListener(type, told);
    } else if (!wanted && stream !== null) {
      stream.close();
      stream = null;
    }
  }
  function pause() {
    if (!topics) return;
    paused = !paused;
    pauseButton.setAttribute("aria-pressed", String(paused));
    pauseButton.textContent = paused ? "Go on live" : "Pause live";
    if (!paused) for (const topic of topics.split(",")) htmx.trigger(document.body, `live:${topic}`);
    connect();
  }
  if (topics) {
    pauseButton.hidden = false;
    pauseButton.addEventListener("click", pause);
    document.addEventListener("visibilitychange", connect);
    // What somebody is about to use is not replaced under their hands.
    document.body.addEventListener("htmx:beforeRequest", (event) => {
      const part = event.detail.elt;
      if (!part.getAttribute("hx-trigger")?.includes("live:")) return;
      if (part.contains(document.activeElement) || part.querySelector("details.menu[open]")) event.preventDefault();
    });
    connect();
  }

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
