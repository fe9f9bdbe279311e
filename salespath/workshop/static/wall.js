// The wall by keyboard: 1 to 8 choose a view, arrows step through the reasoning; a slider says what it stands on.
"use strict";
(() => {
  const of = (event) => event.target instanceof Element ? event.target : document.body;
  const typing = (event) => of(event).closest("input, select, textarea") !== null;

  // Views; the one shown is not fetched again, over what was chosen in it
  document.addEventListener("keydown", (event) => {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]:not([aria-current])`)?.click();
  });

  // The reasoning, step by step
  let step = 0;
  const show = (number) => {
    const parts = [...document.querySelectorAll(".step")];
    if (!parts.length) return;
    step = Math.max(0, Math.min(parts.length - 1, number));
    parts.forEach((part, at) => { part.hidden = at !== step; });
    for (const lit of document.querySelectorAll(".graph [data-steps]")) {
      lit.classList.toggle("lit", lit.dataset.steps.split(" ").includes(String(step)));
    }
    for (const button of document.querySelectorAll(".rules button")) {
      const here = Number(button.dataset.step) === step;
      here ? button.setAttribute("aria-current", "step") : button.removeAttribute("aria-current");
    }
    document.getElementById("back").disabled = step === 0;
    document.getElementById("on").disabled = step === parts.length - 1;
  };
  const say = (text) => { document.getElementById("said").textContent = text.replace(/\s+/g, " ").trim(); };
  const go = (number) => { show(number); say(document.querySelector(".step:not([hidden])").innerText); };
  document.addEventListener("keydown", (event) => {
    if (typing(event) || event.altKey || event.ctrlKey || event.metaKey || !document.querySelector(".step")) return;
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) { event.preventDefault(); go(step + by); }
  });
  document.addEventListener("click", (event) => {
    const button = of(event).closest("button");
    if (!button) return;
    if (button.id === "on") go(step + 1);
    else if (button.id === "back") go(step - 1);
    else if (button.closest(".rules")) { go(Number(button.dataset.step)); window.scrollTo(0, 0); }
    else if (button.id === "open-all" || button.id === "close-all") {
      for (const part of document.querySelectorAll(".whole-tree details")) part.open = button.id === "open-all";
    }
  });

  // A slider: what it stands on is what the form sends
  document.addEventListener("input", (event) => {
    const slider = of(event);
    if (slider.id !== "slider") return;
    const stop = document.getElementById("stops").children[Number(slider.value)];
    document.getElementById("here").textContent = stop.textContent;
    slider.setAttribute("aria-valuetext", stop.textContent);
    slider.form.elements.value.value = stop.dataset.value;
    slider.form.elements.typed.value = "";
  });

  // What a fragment that has come says is read out
  document.addEventListener("htmx:afterSettle", (event) => {
    if (of(event).closest(".time")) return; // but not the time
    const news = document.querySelector("[data-announce]");
    if (news) say(news.textContent);
    if (document.activeElement === document.body) document.getElementById("fact")?.focus(); // the button is gone
  });

  const begin = () => {
    for (const part of document.querySelectorAll(".whole-tree details details")) part.open = false;
    show(0);
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", begin) : begin();
})();
