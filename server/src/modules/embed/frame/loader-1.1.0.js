// Puts the form of an agency where the script stands. Reads its own attributes, and no page.
;(() => {
  const WORDS = {
    en: ['Voucher form', 'Open the form'],
    es: ['Formulario de vales', 'Abrir el formulario'],
    fr: ['Formulaire de bons', 'Ouvrir le formulaire'],
  }
  const script = document.currentScript
  if (!script) return
  const { form, token, lang, title, target } = script.dataset
  const home = new URL(script.src).origin
  const query = lang ? `?lang=${encodeURIComponent(lang)}` : ''
  const path = `${home}/e/${encodeURIComponent(form || '')}${query}#t=${encodeURIComponent(token || '')}`
  const frame = document.createElement('iframe')
  frame.src = `${path}&o=${encodeURIComponent(location.origin)}`
  const spoken = [lang, ...navigator.languages].map((one) => String(one).split('-')[0])
  const [name, open] = WORDS[spoken.find((one) => WORDS[one])] || WORDS.en
  frame.title = title || name
  frame.referrerPolicy = 'origin'
  frame.setAttribute('scrolling', 'no')
  frame.style.cssText = 'border:0;width:100%;min-height:420px;color-scheme:normal'
  const place = target && document.querySelector(target)
  if (place) place.replaceChildren(frame)
  else script.after(frame)
  // Where the page or a filter keeps the frame out, its people still find the form.
  const waiting = setTimeout(() => {
    const link = document.createElement('a')
    link.href = path
    link.target = '_blank'
    link.rel = 'noopener noreferrer'
    link.textContent = open
    link.style.cssText = 'display:inline-block;padding:12px 0;font:inherit'
    frame.style.display = 'none'
    frame.after(link)
  }, 8000)
  addEventListener('message', ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== home || !data || data.v !== 'pap-embed/1') return
    clearTimeout(waiting)
    if (data.type === 'resize' && data.height > 0 && data.height < 10000)
      frame.style.height = `${Math.ceil(data.height)}px`
    else
      script.dispatchEvent(
        new CustomEvent(`voucher-form:${data.type}`, { bubbles: true, detail: data.detail || {} }),
      )
  })
})()
