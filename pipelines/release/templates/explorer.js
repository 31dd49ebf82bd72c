"use strict";
// Picks series out of the release's observations; draws them, lists them, says what they are, hands them out as CSV.
// What is picked stands in the address after "#", so that a view can be sent to a colleague.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { words, series, periods, statuses } = data;
  const at = (id) => document.getElementById(id);
  const column = (name, n) => words[name][series[name][n]];
  const SVG = "http://www.w3.org/2000/svg";
  // The four core divisions keep their hues in every product; other lines follow in this order, told apart by dash, too.
  const HUES = { "01": "#1d3f6e", "02": "#c79a1f", "03": "#237a71", "04": "#dd9274" };
  const COLOURS = ["#1d4f91", "#237a71", "#dd9274", "#7a828c", "#c79a1f", "#1b2430", "#6b4f8a", "#9d1c1c"];
  const DASHES = ["", "7 4", "2 3", "9 3 2 3", "5 5", "1 4", "12 4", "6 2 1 2"];
  const MOST = COLOURS.length;
  const NAMED = 5; // as many lines are named at their end, more in a legend
  const MARKED = new Set(["E", "P"]);
  const WITHHELD = "※";

  const entry = (n) => {
    const [id, definition, name, meaning, formula, assumption, unit, topic, source, method, display, decimals] = column("indicator", n);
    return { id, definition, name, meaning, formula, assumption, unit, topic, source, method, display, decimals };
  };
  const keys = {
    indicator: ([id, definition]) => `${id}.${definition}`,
    span: ([span]) => span,
    form: ([price, base]) => `${price}.${base}`,
    vintage: ([vintage]) => vintage,
    authority: ([authority]) => authority,
    region: ([region]) => region,
    class: ([cls]) => cls,
  };
  const ONE = ["indicator", "span", "form", "vintage", "authority"];
  const SHORT = { indicator: "i", span: "s", form: "p", vintage: "v", authority: "a", region: "r", class: "c", from: "f", to: "t" };
  const HEADLINE = words.indicator.filter(([id]) => id === "core_value_added").map(keys.indicator)[0];
  const FIRST = { indicator: HEADLINE, span: "cumulative", form: "current.none", class: "core" };
  const key = (name, n) => keys[name](column(name, n));
  const PLACE = data.place;
  const everything = series.indicator.map((_, n) => n);

  // ---- what is picked ------------------------------------------------------------------------------------------------
  const read = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    const state = {};
    for (const [name, short] of Object.entries(SHORT)) if (said.has(short)) state[name] = said.get(short);
    for (const name of ["region", "class"]) if (name in state) state[name] = state[name].split(",");
    return state;
  };

  // The picked series, and what else could have been picked at each step: what is not there falls back to what is.
  const resolve = (wanted) => {
    let left = everything;
    const state = {};
    const choices = {};
    for (const name of ONE) {
      const found = new Map(left.map((n) => [key(name, n), column(name, n)]));
      choices[name] = found;
      const usual = [wanted[name], FIRST[name]].find((word) => found.has(word));
      state[name] = usual ?? found.keys().next().value;
      left = left.filter((n) => key(name, n) === state[name]);
    }
    for (const name of ["region", "class"]) {
      const order = new Map(words[name].map((word, n) => [keys[name](word), n]));
      const found = [...new Map(left.map((n) => [key(name, n), column(name, n)]))];
      found.sort(name === "region" ? ([a], [b]) => (a < b ? -1 : 1) : ([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
      choices[name] = new Map(found);
      const kept = (wanted[name] ?? []).filter((word) => choices[name].has(word));
      state[name] = kept.length ? kept : [choices[name].has(FIRST[name]) ? FIRST[name] : found[0][0]];
      if (name === "region") left = left.filter((n) => state.region.includes(key("region", n)));
    }
    left = left.filter((n) => state.class.includes(key("class", n)));
    const all = periods[state.span];
    const used = all.filter((_, p) => left.some((n) => status(n, p) !== " "));
    choices.period = used;
    state.from = used.includes(wanted.from) ? wanted.from : used[0];
    state.to = used.includes(wanted.to) && wanted.to >= state.from ? wanted.to : used.at(-1);
    const shown = all.map((name, p) => ({ name, p })).filter(({ name }) => name >= state.from && name <= state.to);
    const place = (n) => state.region.indexOf(key("region", n)) * 1000 + state.class.indexOf(key("class", n));
    return { state, choices, shown, picked: left.sort((a, b) => place(a) - place(b)) };
  };
  const rank = (cls) => (cls === "core" || cls === "all" || cls === "" ? 0 : 1);
  const status = (n, p) => data.status[n][p - data.start[n]] ?? " ";
  const value = (n, p) => data.values[n][p - data.start[n]] ?? null;
  // To how many points a number is rounded for confidentiality, 0 where it is not.
  const step = (n, p) => data.steps[n][p - data.start[n]] ?? 0;

  // ---- numbers and names as a reader sees them -----------------------------------------------------------------------
  const scale = ({ unit, display }) => (display === "%" || display === "百分点" ? 100 : display === `亿${unit}` ? 1e-8 : 1);
  // Rounds half away from zero on the decimal value of the unrounded number, as every product of the release does.
  const fixed = (number, power, decimals) => {
    const [digits, exponent = "0"] = String(Math.abs(number)).split("e");
    const shift = Number(exponent) + power;
    const whole = Math.round(Number(`${digits}e${shift + decimals}`));
    const [a, e = "0"] = String(whole).split("e");
    const text = Number(`${a}e${Number(e) - decimals}`).toLocaleString("en-US", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    return (number < 0 && whole ? "−" : "") + text;
  };
  const POWER = { 100: 2, 1e-8: -8, 1: 0 };
  const shown = (n, p) => {
    const mark = status(n, p);
    if (mark === "C") return { text: WITHHELD, mark: "" };
    const number = value(n, p);
    if (number === null) return { text: "", mark: "" };
    const what = entry(n);
    let text = fixed(number, POWER[scale(what)], step(n, p) === 1 ? 0 : what.decimals);
    if (number === 0 && step(n, p) > 0.1) text = `不足${step(n, p)}`;
    if (number !== 0 && !/[1-9]/.test(text) && what.unit !== "比率") text = "…";
    return { text, mark: MARKED.has(mark) ? mark : "" };
  };
  const QUARTERS = {
    cumulative: { 1: "一季度", 2: "上半年", 3: "前三季度", 4: "全年" },
    quarter: { 1: "第一季度", 2: "第二季度", 3: "第三季度", 4: "第四季度" },
  };
  const label = (span, period) => {
    const [year, quarter] = period.split("Q");
    return quarter ? `${year}年${QUARTERS[span][quarter]}` : `${year}年`;
  };
  const name = (n, { state }) => {
    const parts = [];
    if (state.region.length > 1 || state.class.length < 2) parts.push(column("region", n)[1]);
    if (state.class.length > 1) parts.push(column("class", n)[1]);
    return parts.join(" ");
  };

  // ---- elements ------------------------------------------------------------------------------------------------------
  const make = (tag, text = "", attributes = {}) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const [attribute, word] of Object.entries(attributes)) element.setAttribute(attribute, word);
    return element;
  };
  const draw = (tag, attributes, text = "") => {
    const element = document.createElementNS(SVG, tag);
    for (const [attribute, word] of Object.entries(attributes)) element.setAttribute(attribute, word);
    if (text) element.textContent = text;
    return element;
  };

  const said = {
    indicator: ([, definition, title], twice) => (twice.has(title) ? `${title}（${definition}）` : title),
    span: ([, zh]) => zh,
    form: ([, , price, base]) => (base === "无基数" ? price : `${price}，${base}`),
    vintage: ([, zh]) => zh,
    authority: ([authority]) => authority,
  };
  const twice = (() => {
    const titles = words.indicator.map((word) => word[2]);
    return new Set(titles.filter((title, n) => titles.indexOf(title) !== n));
  })();

  const fillSelect = (id, options, chosen) => {
    const select = at(id);
    select.replaceChildren(...options.map(([word, text]) => {
      const option = make("option", text, { value: word });
      option.selected = word === chosen;
      return option;
    }));
    select.disabled = options.length < 2;
  };
  const fillIndicators = () => {
    const groups = new Map();
    for (const word of words.indicator) {
      const topic = word[7];
      if (!groups.has(topic)) groups.set(topic, make("optgroup", "", { label: topic }));
      groups.get(topic).append(make("option", said.indicator(word, twice), { value: keys.indicator(word) }));
    }
    at("indicator").replaceChildren(...groups.values());
  };
  const fillChoices = (id, found, chosen) => {
    const box = at(id);
    const focused = box.contains(document.activeElement) ? document.activeElement.value : null;
    const top = box.scrollTop;
    box.replaceChildren(...[...found].map(([word, [code, zh]]) => {
      const depth = id === "class" && /^\d+$/.test(code) ? Math.min(3, code.length / 2) | 0 : 0;
      const line = make("label", "", { class: `deep${depth}` });
      const input = make("input", "", { type: "checkbox", value: word, name: id });
      input.checked = chosen.includes(word);
      line.append(input, zh || (code ? code : "全部"));
      return line;
    }));
    box.scrollTop = top;
    if (focused !== null) [...box.querySelectorAll("input")].find((input) => input.value === focused)?.focus();
    box.parentElement.hidden = found.size < 2;
    const names = chosen.map((word) => found.get(word)[1] || "全部");
    box.parentElement.querySelector("span").textContent = names.length > 2 ? `${names[0]}等${names.length}项` : names.join("、");
  };

  // ---- the chart -----------------------------------------------------------------------------------------------------
  const nice = (low, high) => {
    const raw = (high - low || Math.abs(high) || 1) / 4;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].find((times) => times * power >= raw) * power;
    const ticks = [];
    for (let tick = Math.floor(low / step + 1e-9); tick <= Math.ceil(high / step - 1e-9); tick += 1) ticks.push(tick * step);
    return ticks;
  };
  // Names at the ends of lines, moved apart until none covers another.
  const apart = (wanted, gap) => {
    const order = wanted.map((_, n) => n).sort((a, b) => wanted[a] - wanted[b]);
    const placed = order.map((n) => wanted[n]);
    for (let round = 0; round < 20 * placed.length; round += 1)
      for (let n = 1; n < placed.length; n += 1) {
        const lack = gap - (placed[n] - placed[n - 1]);
        if (lack > 0) [placed[n - 1], placed[n]] = [placed[n - 1] - lack / 2, placed[n] + lack / 2];
      }
    const found = [];
    order.forEach((n, place) => (found[n] = placed[place]));
    return found;
  };
  const wide = (text) => [...text].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 255 ? 13 : 7.6), 0);

  const chart = (view) => {
    const { state, shown: axis } = view;
    const picked = view.picked.slice(0, MOST);
    const what = entry(picked[0]);
    const times = scale(what);
    const box = at("chart");
    const width = Math.max(280, box.clientWidth);
    const height = width < 560 ? 260 : 340;
    const points = picked.map((n) => axis.map(({ p }, x) => ({ x, p, n, y: value(n, p), mark: status(n, p) })));
    const values = points.flat().filter(({ y }) => y !== null).map(({ y }) => y * times);
    const ticks = nice(Math.min(0, ...values), Math.max(0, ...values));
    const [low, high] = [ticks[0], ticks.at(-1)];
    const places = Math.max(0, -Math.floor(Math.log10(ticks[1] - ticks[0] || 1) + 1e-9));
    const tickText = (tick) => tick.toLocaleString("en-US", { maximumFractionDigits: Math.min(places + 1, 4) }).replace("-", "−");
    const direct = picked.length <= NAMED;
    const ends = points.map((line) => line.findLast(({ y }) => y !== null));
    const endText = picked.map((n, k) => {
      const number = ends[k] ? shown(n, ends[k].p).text : "";
      return direct && picked.length > 1 ? `${name(n, view)} ${number}` : number;
    });
    const left = Math.max(...ticks.map((tick) => wide(tickText(tick)))) + 12;
    const longest = Math.max(...endText.map(wide));
    const outside = direct && longest < width * 0.45;
    const right = outside ? longest + 24 : 24;
    const [top, foot] = [18, 40];
    const x = (k) => left + 10 + (axis.length > 1 ? (k / (axis.length - 1)) * (width - left - right - 20) : (width - left - right) / 2);
    const y = (v) => top + ((high - v) / (high - low || 1)) * (height - top - foot);
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": summary(view) });
    for (const tick of ticks) {
      svg.append(draw("line", { x1: left, x2: width - right, y1: y(tick), y2: y(tick), stroke: Math.abs(tick) < 1e-12 ? "#7a828c" : "#e4e7eb" }));
      svg.append(draw("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, tickText(tick)));
    }
    const every = Math.ceil((axis.length * 34) / Math.max(1, width - left - right));
    axis.forEach(({ name: period }, k) => {
      if ((axis.length - 1 - k) % every) return;
      const [year, quarter] = period.split("Q");
      svg.append(draw("text", { x: x(k), y: height - foot + 20, "text-anchor": "middle" }, quarter ? `${quarter}季` : year));
      const before = axis[k - every]?.name.split("Q")[0];
      if (quarter && before !== year) svg.append(draw("text", { x: x(k), y: height - foot + 36, "text-anchor": "middle" }, year));
    });
    // Amounts since the year began start anew each year, and no line joins two years.
    const restarts = state.span === "cumulative" && what.unit === "元";
    const colour = picked.map((n, k) => (state.region.length === 1 && HUES[key("class", n)]) || COLOURS[k]);
    points.forEach((line, k) => {
      let path = "";
      line.forEach((point, place) => {
        const before = line[place - 1];
        const joined = before && before.y !== null && !(restarts && axis[point.x].name.endsWith("Q1"));
        if (point.y !== null) path += `${joined ? "L" : "M"}${x(point.x).toFixed(1)},${y(point.y * times).toFixed(1)}`;
      });
      svg.append(draw("path", { d: path, fill: "none", stroke: colour[k], "stroke-width": 2.2, "stroke-dasharray": DASHES[k] }));
      for (const point of line) {
        if (point.mark === "C") {
          const held = draw("text", { x: x(point.x), y: y(Math.max(0, low)) - 6, "text-anchor": "middle", class: "name" }, WITHHELD);
          held.append(draw("title", {}, `${label(state.span, axis[point.x].name)} ${name(point.n, view)}：依法不公布`));
          svg.append(held);
        } else if (point.y !== null) {
          const { text, mark } = shown(point.n, point.p);
          const look = MARKED.has(mark) ? { fill: "#fff", stroke: colour[k], "stroke-width": 1.8 } : { fill: colour[k] };
          const dot = draw("circle", { cx: x(point.x), cy: y(point.y * times), r: axis.length > 30 ? 2.2 : 3.6, ...look });
          dot.append(draw("title", {}, `${label(state.span, axis[point.x].name)} ${name(point.n, view)}：${text}${what.display}${mark ? `（${statuses[mark]}）` : ""}`));
          svg.append(dot);
        }
      }
    });
    const last = ends.map((point, k) => (point ? { k, at: y(point.y * times), x: x(point.x) } : null)).filter(Boolean);
    if (outside) {
      const spread = apart(last.map((end) => end.at), 18);
      last.forEach((end, n) => {
        const lead = { x1: end.x + 5, y1: end.at, x2: end.x + 14, y2: spread[n], stroke: colour[end.k], "stroke-width": 1.4 };
        if (picked.length > 1) svg.append(draw("line", lead));
        svg.append(draw("text", { x: end.x + (picked.length > 1 ? 18 : 10), y: spread[n] + 4, class: "last" }, endText[end.k]));
      });
    }
    box.replaceChildren(svg);
    if (!outside && picked.length > 1) {
      const list = make("ul", "", { id: "legend" });
      picked.forEach((n, k) => {
        const item = make("li");
        const sample = draw("svg", { viewBox: "0 0 28 10", "aria-hidden": "true" });
        sample.append(draw("line", { x1: 0, x2: 28, y1: 5, y2: 5, stroke: colour[k], "stroke-width": 2.4, "stroke-dasharray": DASHES[k] }));
        item.append(sample, direct ? endText[k] : name(n, view));
        list.append(item);
      });
      box.append(list);
    }
  };

  // ---- table, definition, words --------------------------------------------------------------------------------------
  const WHOLES = ["", "core", "all"];
  // Of several lines the highest and the lowest at the last period, without the wholes that contain the others.
  const extremes = (view, p) => {
    const known = view.picked.filter((n) => value(n, p) !== null);
    const many = (codes) => new Set(codes).size > 1;
    const parts = known.filter((n) => {
      const [region, cls] = [key("region", n), key("class", n)];
      const whole = (many(view.state.class) && WHOLES.includes(cls)) || (many(view.state.region) && region === PLACE);
      return !whole;
    });
    const order = (parts.length > 1 ? parts : known).sort((a, b) => value(b, p) - value(a, p));
    return order.length > 1 ? [order[0], order.at(-1)] : null;
  };
  const summary = (view) => {
    const n = view.picked[0];
    const what = entry(n);
    const last = view.shown.findLast(({ p }) => status(n, p) !== " ");
    const cls = column("class", n)[1];
    const { text } = last ? shown(n, last.p) : { text: "" };
    const number = text === WITHHELD ? "依法不公布" : text ? `${text}${what.display}` : "没有数据";
    const when = label(view.state.span, last?.name ?? view.state.to);
    const ends = last && view.picked.length > 1 ? extremes(view, last.p) : null;
    if (ends) {
      const [most, least] = ends.map((end) => `${name(end, view)}${shown(end, last.p).text}${what.display}`);
      return `${what.name}：${when}${most}最高，${least}最低`;
    }
    const whole = WHOLES.includes(column("class", n)[0]) ? "" : `，${cls}`;
    return `${what.name}${whole}：${when}${column("region", n)[1]}${number}`;
  };
  const table = (view) => {
    const { state, picked, shown: axis } = view;
    const what = entry(picked[0]);
    const caption = make("caption");
    caption.append(make("span", what.name, { class: "name" }), make("span", `单位：${what.display || "—"}`, { class: "unit" }));
    const head = make("tr");
    head.append(make("th", "时期", { scope: "col" }), ...picked.map((n) => make("th", name(n, view), { scope: "col", class: "number" })));
    const body = make("tbody");
    for (const { name: period, p } of axis) {
      const row = make("tr");
      row.append(make("td", label(state.span, period), { class: "label" }));
      for (const n of picked) {
        const { text, mark } = shown(n, p);
        const cell = make("td", text, { class: text === WITHHELD ? "number withheld" : "number" });
        if (text === WITHHELD) cell.title = at("legal").textContent;
        if (mark) cell.append(make("sup", mark));
        row.append(cell);
      }
      body.append(row);
    }
    const top = make("thead");
    top.append(head);
    at("table").replaceChildren(caption, top, body);
  };
  const define = (view) => {
    const what = entry(view.picked[0]);
    const level = [...new Set(view.picked.map((n) => column("level", n)[0]))].join("、");
    const lines = [
      ["名称", what.name],
      ["定义", what.meaning],
      ["公式", what.formula],
      ["假设", what.assumption],
      ["单位", what.display === what.unit ? what.unit : `存储 ${what.unit}，显示 ${what.display}，${what.decimals}位小数`],
      ["来源", what.source],
      ["方法页", `docs/methods/indicators/${what.id}.md#${what.definition}`],
      ["代码", `${what.id} / ${what.definition}`],
      ["级别", level],
    ];
    at("definition").replaceChildren(...lines.filter(([, text]) => text).map(([term, text]) => {
      const line = make("div");
      line.append(make("dt", term), make("dd", text));
      return line;
    }));
  };
  const describe = (view) => {
    const { state, picked, shown: axis } = view;
    const first = picked[0];
    at("title").textContent = summary(view);
    const form = column("form", first);
    at("measure").textContent = [
      [...new Set([state.from, state.to])].map((period) => label(state.span, period)).join("至"),
      column("span", first)[1],
      said.form(form),
      `${column("vintage", first)[1]}版次`,
      entry(first).display,
    ].filter(Boolean).join("，");
    const marks = new Set(picked.flatMap((n) => axis.map(({ p }) => status(n, p))));
    const notes = [`来源：${column("authority", first)[0]}。`];
    const hollow = [...marks].filter((mark) => MARKED.has(mark)).sort();
    if (hollow.length) notes.push(`空心点和上标${hollow.map((mark) => `${mark}为${statuses[mark]}`).join("，")}。`);
    if (picked.length > MOST) notes.push(`图中只画前${MOST}个序列，其余见表。`);
    notes.push(`数据截止 ${data.as_of}。`);
    at("notes").textContent = notes.join("");
    at("legal").hidden = !marks.has("C");
  };

  // ---- CSV -----------------------------------------------------------------------------------------------------------
  const COLUMNS = [
    "indicator", "definition_id", "name_zh", "period", "span", "region", "region_zh", "class", "class_zh", "value", "unit",
    "price_basis", "base", "vintage", "as_of", "status", "authority", "release_level", "release",
  ];
  const lines = (view) => view.picked.flatMap((n) => {
    const what = entry(n);
    const [region, cls, form] = ["region", "class", "form"].map((part) => column(part, n));
    return view.shown.filter(({ p }) => status(n, p) !== " ").map(({ name: period, p }) => [
      what.id, what.definition, what.name, period, view.state.span, ...region, ...cls,
      status(n, p) === "C" ? WITHHELD : value(n, p), what.unit, form[0], form[1], view.state.vintage, data.as_of, status(n, p),
      view.state.authority, column("level", n)[0], data.release,
    ]);
  });
  // A text that a spreadsheet would run as a formula is kept a text; numbers keep their sign.
  const quoted = (cell) => {
    const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const download = () => {
    const rows = [COLUMNS, ...lines(view)].map((row) => row.map(quoted).join(","));
    const blob = new Blob(["\ufeff", rows.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
    const link = make("a", "", { href: URL.createObjectURL(blob), download: `${data.release}_${view.state.indicator}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    at("done").textContent = `已下载${rows.length - 1}行（${document.querySelector(".stamp b").textContent}）。`;
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      at("done").textContent = "链接已复制。";
    } catch {
      at("done").textContent = "请从地址栏复制链接。";
    }
  };

  // ---- all of it together --------------------------------------------------------------------------------------------
  let view;
  const show = (wanted) => {
    view = resolve(wanted);
    const { state, choices } = view;
    at("indicator").value = state.indicator;
    for (const id of ONE.slice(1)) fillSelect(id, [...choices[id]].map(([word, parts]) => [word, said[id](parts)]), state[id]);
    const spans = choices.period.map((period) => [period, label(state.span, period)]);
    fillSelect("from", spans, state.from);
    fillSelect("to", spans, state.to);
    for (const id of ["region", "class"]) fillChoices(id, choices[id], state[id]);
    describe(view);
    chart(view);
    table(view);
    define(view);
    const whole = state.from === choices.period[0] && state.to === choices.period.at(-1);
    const kept = Object.entries(SHORT).filter(([part]) => !(whole && ["from", "to"].includes(part)));
    const address = new URLSearchParams(kept.map(([part, short]) => [short, String(state[part])]));
    history.replaceState(null, "", `#${address}`);
  };
  const chosen = () => {
    const state = Object.fromEntries([...ONE, "from", "to"].map((id) => [id, at(id).value]));
    for (const id of ["region", "class"]) state[id] = [...at(id).querySelectorAll(":checked")].map((input) => input.value);
    // An end of the old span of periods that was not chosen does not cut the new one short.
    if (state.from === view.choices.period[0]) delete state.from;
    if (state.to === view.choices.period.at(-1)) delete state.to;
    return state;
  };

  fillIndicators();
  const roomy = matchMedia("(min-width: 861px)").matches;
  for (const id of ["region", "class"]) at(id).parentElement.open = roomy;
  show(read());
  at("pick").addEventListener("change", () => show(chosen()));
  at("pick").addEventListener("submit", (event) => event.preventDefault());
  at("download").addEventListener("click", download);
  at("copy").addEventListener("click", copy);
  at("print").addEventListener("click", () => print());
  addEventListener("hashchange", () => show(read()));
  let drawn = at("chart").clientWidth;
  new ResizeObserver(() => {
    const width = at("chart").clientWidth;
    if (width === drawn || !width) return;
    drawn = width;
    chart(view);
  }).observe(at("chart"));
})();
