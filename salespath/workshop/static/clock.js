// Timers count down; without it they say until when they run.
(function () {
  'use strict';

  // The server's clock counts, not that of this machine; what it said is read once, as it grows old.
  let ahead = 0;
  function read(clock) {
    if (!clock.dataset.now) return;
    ahead = Number(clock.dataset.now) - Date.now() / 1000;
    delete clock.dataset.now;
  }
  function tick() {
    for (const clock of document.querySelectorAll('.clock')) {
      const left = Math.max(0, Math.round(Number(clock.dataset.until) - Date.now() / 1000 - ahead));
      clock.textContent = left ? Math.floor(left / 60) + ':' + String(left % 60).padStart(2, '0') : 'time is up';
      clock.classList.toggle('over', !left);
    }
  }
  function begin() {
    document.querySelectorAll('.clock').forEach(read);
    tick();
  }
  begin();
  setInterval(tick, 1000);
  document.addEventListener('htmx:afterSettle', begin);
  document.addEventListener('htmx:sseMessage', begin);
})();
