(() => {
  const labels = JSON.parse(document.getElementById("labels").textContent);
  const menu = document.getElementById("language");
  const rightToLeft = ["fa", "he"];
  const english = new Map();
  const marked = [...document.querySelectorAll("[data-label]")];
  for (const element of marked) english.set(element, element.textContent);

  function remembered() {
    try { return localStorage.getItem("language"); } catch { return null; }
  }

  function speak(language) {
    document.documentElement.lang = language;
    document.documentElement.dir = rightToLeft.includes(language) ? "rtl" : "ltr";
    for (const element of marked) {
      const own = labels[element.dataset.label] || {};
      element.textContent = own[language] || english.get(element);
    }
    menu.value = language;
    try { localStorage.setItem("language", language); } catch { /* a page may be opened where nothing is kept */ }
  }

  menu.addEventListener("change", () => speak(menu.value));
  const asked = new URLSearchParams(location.search).get("lang") || remembered() || "en";
  speak([...menu.options].some((option) => option.value === asked) ? asked : "en");

  const tip = document.getElementById("tip");
  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest && event.target.closest(".drawing [aria-label]");
    tip.hidden = !mark || !mark.getAttribute("aria-label");
    if (tip.hidden) return;
    tip.textContent = mark.getAttribute("aria-label");
    const box = tip.getBoundingClientRect();
    const left = Math.min(event.clientX + 12, document.documentElement.clientWidth - box.width - 8);
    tip.style.left = `${Math.max(left, 4)}px`;
    tip.style.top = `${Math.max(event.clientY - box.height - 12, 4)}px`;
  });
})();
