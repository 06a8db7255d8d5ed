// The form in its frame. Everything that comes from a configuration or an answer becomes text, never markup.
import { app, readContext, say } from './context.js'
import { make, press } from './dom.js'
import { showIssue } from './issue.js'
import { showLookup } from './lookup.js'
import { solveHere } from './puzzle.js'
import { post, renewTicket } from './talk.js'

function tabsOf(view) {
  // What was typed in one of them, and the code that was issued, outlast a look at the other.
  const places = [
    ['tab.issue', showIssue],
    ['tab.lookup', showLookup],
  ].map(([word, show]) => {
    const place = make('div', {})
    show(place)
    return [word, place]
  })
  const buttons = places.map(([word, place]) => press(word, () => open(word, place), { 'data-word': word }))
  function open(word, place) {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.word === word))
    view.replaceChildren(place)
  }
  open(...places[0])
  return make('div', { class: 'tabs', role: 'group', 'aria-label': say('tabs') }, ...buttons)
}

function dress({ theme }) {
  const root = document.documentElement
  root.style.setProperty('--accent', theme.accent)
  root.dataset.radius = theme.radius
  root.dataset.appearance = theme.appearance
  root.dataset.density = theme.density
}

const alertOf = (...words) => make('div', { role: 'alert', class: 'alert' }, ...words)

/** What keeps this form from being used at all, for the people in front of it; null where nothing does. */
function obstacleOf() {
  if (app.given.preview) return null
  if (app.token === '') return alertOf(say('no.token'))
  if (app.challenge) return null
  const reason = 'refusal.ORIGIN_NOT_ALLOWED'
  return alertOf(make('strong', {}, say(`${reason}.title`)), make('p', {}, say(reason)))
}

function draw() {
  const { texts, lang, names } = app.given
  // The organisation's own words may be in another language than the form's: a screen reader has to know.
  const own = texts.lang && texts.lang !== lang ? { lang: texts.lang } : {}
  const view = make('div', {})
  dress(app.given)
  const rules = texts.rules_list.map((rule) => make('li', {}, rule))
  const parts = [
    names ? make('p', { class: 'quiet' }, say('names', names)) : null,
    make('h1', { tabindex: '-1', ...(texts.title && own) }, texts.title || say('title')),
    texts.intro_text ? make('p', { class: 'intro', ...own }, texts.intro_text) : null,
    rules.length > 0 ? make('ul', { class: 'rules', ...own }, ...rules) : null,
    obstacleOf() ?? tabsOf(view),
    view,
  ]
  document.querySelector('main').replaceChildren(...parts.filter((part) => part !== null))
}

/** Draws what is being edited in the page around it, and again with each change; that page alone is listened to. */
function followEditor(editor) {
  app.host = editor
  globalThis.addEventListener('message', ({ source, origin, data }) => {
    if (source !== window.parent || origin !== editor || data?.v !== 'pap-preview/1') return
    const words = app.given.all_words[data.lang]
    if (!words) return
    app.given = { ...app.given, ...data.form, lang: data.lang, words }
    document.documentElement.lang = data.lang
    draw()
  })
}

function start() {
  readContext()
  const root = document.documentElement
  if (app.given.preview) followEditor(app.given.preview)
  else draw()
  if (app.challenge && !app.given.challenge) void renewTicket()
  new ResizeObserver(() => post('resize', { height: root.getBoundingClientRect().height })).observe(root)
  post('ready')
}

if (typeof document === 'undefined')
  // A worker tells the page that made it, and nobody else.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  globalThis.addEventListener('message', ({ data }) => globalThis.postMessage(solveHere(data)))
else start()
