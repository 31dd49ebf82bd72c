"use strict";
// Every number of the page says where it comes from: on hover, click or focus a small sheet opens beside it.
// Numbers are <data value="3 7">, marks of charts have data-o="3 7": places in the table of cells at the end of the page.
(() => {
  const { words, cells } = JSON.parse(document.getElementById("data").textContent);
  const NUMBER = "data[value], [data-o]";
  const MOST = 6;

  const make = (name, text = "", attributes = {}) => {
    const element = document.createElement(name);
    element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const list = (pairs) => {
    const terms = make("dl");
    for (const [term, text] of pairs) if (text) terms.append(make("dt", term), make("dd", text));
    return terms;
  };

  const observation = (texts, brief) => {
    const [name, value, period, place, cls, price, base, vintage, status, authority, definition, formula, lineage, address] = texts;
    const part = make("section");
    const where = make("p", [period, place, cls].filter(Boolean).join(" · "));
    part.append(make("h4", name), make("p", value, { class: "much" }), where);
    const whole = [["价格", price], ["基数", base], ["版次", `${vintage} · ${status} · ${authority}`], ["口径", definition], ["公式", formula]];
    const terms = brief ? [["口径", [price, base, vintage, status, authority].join(" · ")]] : whole;
    part.append(list([...terms, ["血缘号", lineage]]));
    part.append(make("a", "在数据浏览中查看", { href: `explorer.html#${address}` }));
    return part;
  };
  const counted = ([column, table, key, lineage]) => {
    const part = make("section");
    part.append(make("h4", column), list([["来自", table], ["行", key], ["血缘号", lineage]]));
    return part;
  };

  const sheet = make("aside", "", { class: "cited", popover: "manual", role: "dialog", "aria-label": "数字的出处", id: "cited" });
  document.body.append(sheet);
  let at = null; // the number whose sheet is open
  let pinned = false; // opened by a click or a key, not by passing over it
  let quiet = false; // while the focus returns to a number, its sheet stays shut
  let timer = 0;

  const fill = (number) => {
    const places = (number.getAttribute("value") ?? number.dataset.o).split(" ");
    const close = make("button", "×", { class: "close", type: "button", "aria-label": "关闭" });
    close.addEventListener("click", () => shut(true));
    sheet.replaceChildren(close);
    if (places.length > 1) sheet.append(make("p", `由以下${places.length}个数值得出`, { class: "lead" }));
    for (const place of places.slice(0, MOST)) {
      const texts = cells[place].map((word) => words[word]);
      sheet.append(texts.length > 4 ? observation(texts, places.length > 1) : counted(texts));
    }
    if (places.length > MOST) sheet.append(make("p", `另有${places.length - MOST}个，见数据库和数据浏览。`, { class: "lead" }));
  };

  const place = (number) => {
    sheet.style.cssText = "";
    if (matchMedia("(max-width: 600px)").matches) return;
    const box = number.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = sheet;
    const under = box.bottom + 8 + height <= innerHeight || box.top < height + 8;
    sheet.style.left = `${Math.max(16, Math.min(box.left, innerWidth - width - 16))}px`;
    sheet.style.top = `${Math.max(8, under ? Math.min(box.bottom + 8, innerHeight - height - 8) : box.top - height - 8)}px`;
  };

  const open = (number, pin) => {
    clearTimeout(timer);
    if (at === number) {
      pinned ||= pin;
      return;
    }
    shut(false);
    fill(number);
    sheet.showPopover();
    place(number);
    sheet.scrollTop = 0;
    number.setAttribute("aria-expanded", "true");
    [at, pinned] = [number, pin];
  };
  const shut = (back) => {
    clearTimeout(timer);
    if (!at) return;
    at.removeAttribute("aria-expanded");
    if (back && sheet.contains(document.activeElement)) {
      quiet = true;
      at.focus();
      quiet = false;
    }
    at = null;
    pinned = false;
    sheet.hidePopover();
  };
  // In a text every number is reached by Tab; a table is one stop, and the arrows go from number to number.
  for (const number of document.querySelectorAll("data[value]")) {
    const table = number.closest("table");
    number.tabIndex = table && table.querySelector("data") !== number ? -1 : 0;
    number.setAttribute("role", "button");
    number.setAttribute("aria-controls", "cited");
  }
  const step = (number, key) => {
    const cell = number.closest("td");
    if (!cell) return null;
    const row = cell.parentElement;
    const side = { ArrowLeft: "previousElementSibling", ArrowRight: "nextElementSibling" }[key];
    const line = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[key];
    const next = (element) => {
      if (side) return element[side];
      const other = element.parentElement[line];
      return other && other.children[[...row.children].indexOf(cell)];
    };
    for (let to = next(cell); to; to = next(to)) {
      const found = to.querySelector("data");
      if (found || (line && !to.parentElement[line])) return found;
    }
    return null;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && at) {
      event.preventDefault();
      shut(true);
      return;
    }
    const number = event.target.closest?.("data[value]");
    if (!number) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (at === number && pinned) sheet.querySelector("a, button:not(.close)")?.focus();
      open(number, true);
    } else if (event.key.startsWith("Arrow")) {
      const to = step(number, event.key);
      if (!to) return;
      event.preventDefault();
      number.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    }
  });
  document.addEventListener("focusin", (event) => {
    const number = event.target.closest("data[value]");
    if (number && !quiet && number.matches(":focus-visible")) open(number, false);
    else if (!number && !sheet.contains(event.target)) shut(false);
  });
  document.addEventListener("click", (event) => {
    const number = event.target.closest(NUMBER);
    if (number) {
      if (at === number && pinned) shut(false);
      else open(number, true);
    } else if (!sheet.contains(event.target)) shut(false);
  });
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse" || pinned) return;
    const number = event.target.closest(NUMBER);
    clearTimeout(timer);
    if (number) timer = setTimeout(() => open(number, false), 250);
    else if (at && !sheet.contains(event.target)) timer = setTimeout(() => shut(false), 250);
  });
  addEventListener("scroll", () => at && !pinned && shut(false), { passive: true });
  addEventListener("resize", () => shut(false));
})();
