import { html, Html } from '#platform/html.ts'

const VALUES = Array.from({ length: 4 }, (_, index) => `«value ${index}»`)
const ENTITIES: Readonly<Record<string, string>> = { '&#39;': "'", '&quot;': '"', '&lt;': '<', '&gt;': '>' }

/** What takes several values in one object is asked with values that can be told apart by name. */
const NAMED = new Proxy({}, { get: (_, name) => `«value ${String(name)}»` })

function tell(word: (...values: unknown[]) => unknown, place: string): string {
  const takesNames = /\.(?:subjects|sentences|more|now)\.[a-z_]+$/.test(place) && word.length === 1
  const values =
    takesNames && /^\(?\{/.test(word.toString()) ? [NAMED] : VALUES.map((one) => new Html(html`${one}`.text))
  return String(Reflect.apply(word, null, values))
}

/** Every word of a catalogue with its path; what takes values is asked with values that can be told apart. */
function listWords(words: object, path = ''): [path: string, text: string][] {
  return Object.entries(words).flatMap(([name, word]: [string, unknown]): [string, string][] => {
    const place = `${path}.${name}`
    if (typeof word === 'string') return [[place, word]]
    if (typeof word === 'object' && word !== null) return listWords(word, place)
    // A function of a catalogue takes the values of its sentence.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return typeof word === 'function' ? [[place, tell(word as (...values: unknown[]) => unknown, place)]] : []
  })
}

const valuesOf = (text = '') => [...new Set(text.match(/«value \w+»/g))].toSorted()

/** What is wrong with a catalogue beside the English one: words that are missing, left in English, or leave a value out. */
export function faultsOfCatalogue(
  own: object,
  english: object,
  shared: ReadonlySet<string> = new Set(),
): string[] {
  const [ours, theirs] = [new Map(listWords(own)), new Map(listWords(english))]
  return [...theirs].flatMap(([path, text]) => {
    const told = ours.get(path)
    if (told === undefined) return [`${path} is missing`]
    const isBorrowed = text === told && text.replaceAll(/«value \w+»/g, '').length > 4
    return [
      ...(isBorrowed && !shared.has(path) ? [`${path} is English`] : []),
      ...(valuesOf(told).join() === valuesOf(text).join() ? [] : [`${path} leaves a value out`]),
    ]
  })
}

/** The words that are not spaced as French prints them: a plain space before a high sign, or a straight apostrophe. */
export function unspacedFrench(words: object): string[] {
  return listWords(words)
    .filter(([, text]) => / [;:!?»]|[^\u202f][;!?]|'|« /.test(text.replaceAll(/«value \w+»/g, 'value')))
    .map(([path]) => path)
}

/** What a reader sees of a page: its text, and what stands in attributes that are read out. */
function textOf(page: string): string {
  const read = [...page.matchAll(/(?:aria-label|data-unable|data-known|data-none)="([^"]*)"/g)].map(
    ([, text]) => text,
  )
  const text = page
    .replaceAll(/<(style|script|code|svg)[^>]*>.*?<\/\1>/gs, ' ')
    .replaceAll(/<(\w+)[^>]* lang="en"[^>]*>.*?<\/\1>/gs, ' ')
    .replaceAll(/<[^>]*>/g, '\n')
  return [text, ...read]
    .join('\n')
    .replaceAll(/&#39;|&quot;|&lt;|&gt;/g, (entity) => ENTITIES[entity] ?? entity)
    .replaceAll('&amp;', '&')
}

/** The parts of the English catalogues that stand in a page of another language, longer than a word or two; nothing where it is all translated. */
export function englishIn(page: string, ...catalogues: readonly (readonly [english: object, own: object])[]) {
  const text = textOf(page).replaceAll(/\s+/g, ' ')
  return catalogues.flatMap(([english, own]) => {
    const ours = listWords(own)
      .map(([, told]) => told)
      .join('\n')
    return listWords(english)
      .flatMap(([, told]) => told.replaceAll(/<[^>]*>/g, '').split(/«value \w+»/))
      .map((part) => part.replaceAll(/\s+/g, ' ').trim())
      .filter((part) => part.length > 7 && !ours.includes(part) && text.includes(part))
  })
}
