// Counts a wait down beside its words, and says when it is over. Without this file the page says how long it is.
const shown = document.querySelector('[data-wait]')
const over = document.querySelector('[data-wait-over]')
const end = performance.now() + Number(shown.dataset.wait) * 1000

function words(seconds) {
  const [count, unit] = seconds < 90 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  const style = { style: 'unit', unit, unitDisplay: 'long' }
  return new Intl.NumberFormat(document.documentElement.lang, style).format(count)
}

function tick() {
  const seconds = Math.ceil((end - performance.now()) / 1000)
  if (seconds > 0) {
    shown.textContent = words(seconds)
    setTimeout(tick, 250)
    return
  }
  shown.closest('p').hidden = true
  over.textContent = over.dataset.waitOver
}

tick()
