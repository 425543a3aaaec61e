// Makes elements. Text is always text: nothing anyone wrote is ever parsed as HTML.
export function h(name, facts = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag || "div");
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(facts)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && key !== "list" && key !== "form") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function fill(id, ...children) {
  const place = typeof id === "string" ? document.getElementById(id) : id;
  place.replaceChildren(...children.flat().filter(Boolean));
  return place;
}

// A small window under a button, closed by Escape, by a click elsewhere or by choosing.
export function popup(anchor, content, { menu = false } = {}) {
  document.querySelector(".popup")?.remove();
  const box = h(".popup", menu ? { role: "menu" } : {}, content);
  document.body.append(box);
  const at = anchor.getBoundingClientRect();
  const width = box.offsetWidth, height = box.offsetHeight;
  const left = Math.max(8, Math.min(at.right - width, innerWidth - width - 8));
  const below = at.bottom + 4 + height <= innerHeight;
  box.style.left = `${at.left + width <= innerWidth - 8 && !menu ? at.left : left}px`;
  box.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
  anchor.setAttribute("aria-expanded", "true");
  function shut(event) {
    if (event && event.type === "pointerdown" && (box.contains(event.target) || anchor.contains(event.target))) return;
    box.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", shut, true);
    document.removeEventListener("keydown", keys, true);
  }
  function keys(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      shut();
      anchor.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = [...box.querySelectorAll("button, a, input")];
      if (!all.length || document.activeElement?.tagName === "SELECT") return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    }
  }
  document.addEventListener("pointerdown", shut, true);
  document.addEventListener("keydown", keys, true);
  box.querySelector("button, a, input, select, textarea")?.focus();
  return shut;
}
