// Before anything is painted: the theme that the reader chose, if it is another than the system's.
(() => {
  "use strict";
  try {
    const theme = localStorage.getItem("smsc_sim.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is switched off: the system's theme it is.
  }
})();
