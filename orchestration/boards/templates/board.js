(() => {
  // ?lang=fa opens the page in that language; a language chosen once is kept for pages that name none
  const ways = [...document.querySelectorAll(".languages a")];
  const kept = {
    get() { try { return localStorage.getItem("language"); } catch { return null; } },
    set(language) { try { localStorage.setItem("language", language); } catch { /* where nothing is kept */ } },
  };
  for (const way of ways) way.addEventListener("click", () => kept.set(way.hreflang));
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = asked || ("first" in document.body.dataset ? kept.get() : null);
  const way = ways.find((one) => one.hreflang === wanted);
  if (way && wanted !== document.documentElement.lang) location.replace(way.href + location.hash);

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
