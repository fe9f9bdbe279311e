// What pages do beyond forms: they follow the workshop and can be used by keyboard. Without it they still work.
(function () {
  'use strict';

  const main = () => document.getElementById('main');

  // The phase that the stream tells; where the page was made in another one, it is fetched again.
  function follow() {
    const phase = document.getElementById('phase');
    if (!phase || !phase.textContent || !main().dataset.phase || phase.textContent === main().dataset.phase) return;
    htmx.ajax('GET', location.pathname, { target: '#main', select: '#main', swap: 'outerHTML show:none' });
  }

  // Where what is open stays open, and where the keyboard goes on.
  let open = [];
  function go() {
    const card = document.querySelector('.card');
    const first = card && (card.querySelector('[aria-invalid]') || card.querySelector('input:checked')
      || card.querySelector('input:not([type=hidden])'));
    const target = first || document.getElementById('wrong') || main().querySelector('h1');
    if (target) target.focus({ preventScroll: true });
    if (card) scrollTo(0, 0);
  }
  if (document.querySelector('.card')) go();
  document.addEventListener('htmx:beforeSwap', (event) => {
    if (event.detail.target !== main()) return;
    open = [...main().querySelectorAll('details[open][id]')].map((each) => each.id);
  });
  document.addEventListener('htmx:afterSettle', (event) => {
    if (event.target !== main() && !(event.detail.elt && event.detail.elt.id === 'main')) return;
    for (const id of open) {
      const each = document.getElementById(id);
      if (each) each.open = true;
    }
    say('');
    go();
    // What was fetched just now is not older than what the stream has told: not to be fetched again, over what is being typed.
    const phase = document.getElementById('phase');
    if (phase && main().dataset.phase) phase.textContent = main().dataset.phase;
  });
  document.addEventListener('htmx:sseMessage', (event) => {
    if (event.target.id === 'phase') follow();
  });

  // The digits choose among the answers.
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
    if (event.target.matches('input:not([type=radio]):not([type=checkbox]), textarea, select')) return;
    const option = document.querySelectorAll('.card .option input')[Number(event.key) - 1];
    if (!option) return;
    event.preventDefault();
    option.checked = option.type === 'radio' || !option.checked;
    option.focus();
  });

  // What went wrong on the way: nothing is lost, it can be sent again.
  function say(text) {
    const trouble = document.getElementById('trouble');
    if (trouble.textContent !== text) trouble.textContent = text;
  }
  const unsent = 'The server cannot be reached; what you wrote is still here. Try again in a moment.';
  document.addEventListener('htmx:sendError', () => say(unsent));
  document.addEventListener('htmx:responseError', (event) => {
    const { status, responseText } = event.detail.xhr;
    say(status === 429 || status === 403 ? responseText.slice(0, 200) : 'That did not work. Open the page again.');
  });
  document.addEventListener('htmx:sseError', () => say('Not connected just now. This page connects again by itself.'));
  document.addEventListener('htmx:sseOpen', () => say(''));
})();
