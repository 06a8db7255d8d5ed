import { access, glob, readFile, stat } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { COMMANDS } from '../server/src/cli/registry.ts'
import { listVariables } from '../server/src/platform/config.ts'
import { commandsOf, languagesOf, SHOWN, shownFor } from './support/documented-commands.ts'
import { readPng, writeIndexed } from './support/palette.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const LINK = /\[(?:[^[\]\\]|\\.)*\]\(([^)\s]+)\)/g
/** Variables of the examples, of tests and of other programs. */
const FOREIGN_VARIABLES =
  /^(?:NODE_|CERBOS_|LIAISON$|INGEST_KEY$|LIAISON_(?:URL|KEY|CLIENT)|WEBHOOK_SECRET$|CI$|PATH$|DATABASE_URL$)/

interface Page {
  readonly file: string
  readonly text: string
}

const pages: Page[] = []
/** What each command of the operator says about itself. */
const helps = new Map<string, string>()
beforeAll(async () => {
  for (const { name, load } of COMMANDS) helps.set(name, (await load()).help)
  for await (const file of glob(
    ['*.md', 'docs/**/*.md', 'examples/**/*.md', 'gateway/**/*.md', 'server/src/platform/README.md'],
    {
      cwd: root,
      exclude: (name) => name.includes('node_modules'),
    },
  ))
    pages.push({ file, text: await readFile(join(root, file), 'utf8') })
})

function targetsOf({ file, text }: Page): string[] {
  return [...text.matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(?:https?:|mailto:|#)/.test(target))
    .map((target) => normalize(join(dirname(file), decodeURIComponent(target.split('#')[0] ?? ''))))
}

/** The anchors of a page as they are made from its headings. */
function anchorsOf({ text }: Page): Set<string> {
  const seen = new Map<string, number>()
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
  return new Set(
    [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
      const words = heading.replaceAll(LINK, (link) => link.slice(1, link.indexOf(']')))
      const slug = words
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-')
      const times = seen.get(slug) ?? 0
      seen.set(slug, times + 1)
      return times === 0 ? slug : `${slug}-${times}`
    }),
  )
}

/** Links into a part of a page, with the page that they lead to. */
function linksIntoPages({ file, text }: Page): { readonly to: string; readonly anchor: string }[] {
  return [...text.matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => /^[^:]*#/.test(target) && !/^https?:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = decodeURIComponent(target).split('#')
      return { to: path === '' ? file : normalize(join(dirname(file), path)), anchor }
    })
}

const withPlainQuotes = (text: string): string => text.replaceAll("\\'", "'").replaceAll('’', "'")

/** The tests that a page names in the words of a link to their file; a single word there is no name. */
function namedTests({ file: page, text }: Page) {
  return [...text.matchAll(/\[(`[^[\]]*`)\]\(([^)\s]+\.test\.tsx?)\)/g)].flatMap(
    ([, words = '', target = '']) =>
      [...words.matchAll(/`([^`]+ [^`]+)`/g)].map(([, name = '']) => ({
        page,
        file: normalize(join(dirname(page), target)),
        name: withPlainQuotes(name),
      })),
  )
}

const isDecision = (file: string): boolean => file.startsWith('docs/decisions/')

const LANGUAGES = new Set([
  '',
  'sh',
  'http',
  'json',
  'html',
  'js',
  'ts',
  'java',
  'python',
  'sql',
  'yaml',
  'mermaid',
])

/** What programs below these files call `name`. */
async function namesIn(files: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>()
  for await (const file of glob(files, { cwd: root }))
    for (const [, name = ''] of (await readFile(join(root, file), 'utf8')).matchAll(/\bname: '([a-z-]+)'/g))
      found.add(name)
  return found
}

describe('the documents', () => {
  test('link to files that exist', async () => {
    const broken: string[] = []
    for (const page of pages)
      for (const target of targetsOf(page))
        await access(join(root, target)).catch(() => broken.push(`${page.file} → ${target}`))
    expect(broken).toEqual([])
    expect(pages.length).toBeGreaterThan(50)
  })

  test('link to parts of pages that are there', () => {
    const anchors = new Map(pages.map((page) => [page.file, anchorsOf(page)]))
    const links = pages.flatMap((page) =>
      linksIntoPages(page).map(({ to, anchor }) => ({ from: page.file, to, anchor })),
    )
    const broken = links.filter(({ to, anchor }) => anchors.has(to) && !anchors.get(to)?.has(anchor))
    expect(broken).toEqual([])
    expect(links.length).toBeGreaterThan(10)
  })

  test('name tests by words that stand in the file that the link leads to', async () => {
    const named = pages.flatMap(namedTests)
    const missing: string[] = []
    for (const { page, file, name } of named) {
      const source = withPlainQuotes(await readFile(join(root, file), 'utf8'))
      if (!name.split('…').every((part) => source.includes(part.trim()))) missing.push(`${page}: ${name}`)
    }
    expect(missing).toEqual([])
    expect(named.length).toBeGreaterThan(150)
  })

  test('are all reached from the README', () => {
    const byFile = new Map(pages.map((page) => [page.file, page]))
    const reached = new Set<string>()
    const waiting = ['README.md']
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (reached.has(file)) continue
      reached.add(file)
      const page = byFile.get(file)
      if (page)
        waiting.push(
          ...targetsOf(page).flatMap((target) =>
            [target, `${target}/README.md`].filter((one) => byFile.has(one)),
          ),
        )
      // A link to a folder shows what is in it.
      for (const target of page ? targetsOf(page) : [])
        for (const one of byFile.keys()) if (dirname(one) === target) waiting.push(one)
    }
    expect([...byFile.keys()].filter((file) => !reached.has(file))).toEqual([])
  })

  test('below docs are each a line of the front page', () => {
    const front = pages.find(({ file }) => file === 'docs/README.md')
    const listed = new Set(front ? targetsOf(front) : [])
    const below = pages.map(({ file }) => file).filter((file) => file.startsWith('docs/'))
    expect(below.filter((file) => file !== 'docs/README.md' && !listed.has(file))).toEqual([])
  })

  test('below docs say in their first line for whom they are, or are decisions with all their parts', () => {
    const silent = pages
      .filter(({ file }) => file.startsWith('docs/') && !isDecision(file))
      .filter(({ text }) => !/^# [^\n]+\n\nFor [^\n]+?[.:](?: |\n)/.test(text))
    expect(silent.map(({ file }) => file)).toEqual([])
    const partial = pages
      .filter(({ file }) => isDecision(file))
      .filter(({ file, text }) => {
        const number = /(\d{3})-[^/]+$/.exec(file)?.[1] ?? 'none'
        const parts = ['## Context', '## Decision', '## How we would notice it is wrong']
        return !text.startsWith(`# ${number} `) || parts.some((part) => !text.includes(`\n${part}\n`))
      })
    expect(partial.map(({ file }) => file)).toEqual([])
  })

  test('show pictures that are there, are shown somewhere, and weigh no more than 100 KB; the README shows five of one size', async () => {
    const shown = new Set(pages.flatMap((page) => targetsOf(page)).filter((file) => file.endsWith('.png')))
    const there: string[] = []
    const heavy: string[] = []
    for await (const file of glob('docs/pictures/*', { cwd: root })) {
      there.push(file)
      if ((await stat(join(root, file))).size > 100_000) heavy.push(file)
    }
    expect(heavy).toEqual([])
    expect(there.toSorted()).toEqual([...shown].toSorted())
    const front = pages.filter(({ file }) => file === 'README.md').flatMap((page) => targetsOf(page))
    const sizes: string[] = []
    for (const file of front.filter((name) => name.endsWith('.png'))) {
      const { width, height } = readPng(await readFile(join(root, file)))
      sizes.push(`${width} × ${height}`)
    }
    expect(sizes).toHaveLength(5)
    expect(new Set(sizes).size).toBe(1)
  })

  test('name scripts, commands and their subcommands that exist', async () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
    const unknown: string[] = []
    for (const { file, text } of pages) {
      for (const [, script = ''] of text.matchAll(/\bnpm run ([a-z:-]+)/g))
        if (scripts[script] === undefined && !file.startsWith('examples/'))
          unknown.push(`${file}: npm run ${script}`)
      for (const [, name = '', rest = ''] of text.matchAll(
        /\bnpm run liaison -- ([a-z][a-z-]*)((?: [a-z-]+)?)/g,
      )) {
        const help = helps.get(name)
        const second = rest.trim()
        if (
          help === undefined ||
          (second !== '' && !second.startsWith('-') && /^[a-z]/.test(second) && !help.includes(second))
        )
          unknown.push(`${file}: liaison ${name}${rest}`)
      }
    }
    expect(unknown).toEqual([])
  })

  test('size a machine by figures that stand in the benchmarks that are named', () => {
    const textOf = (name: string) => pages.find(({ file }) => file === name)?.text ?? ''
    const sections = textOf('docs/performance.md').split('\n## ')
    const rows = [
      ...textOf('docs/scaling.md').matchAll(
        /\| (?<measured>[^|]+) \| \[(?<name>[a-z-]+)\]\(performance\.md\) /g,
      ),
    ]
    const missing = rows.flatMap(({ groups }) => {
      const section = sections.find((text) => text.includes(`npm run bench -- ${groups?.['name']}\``)) ?? ''
      const figures = groups?.['measured']?.match(/(?<![a-z\d.])\d[\d.]*/g) ?? []
      return figures.filter((figure) => !new RegExp(`(?<![\\d.])${figure}(?![\\d.]*\\d)`).test(section))
    })
    expect(missing).toEqual([])
    expect(rows.length).toBeGreaterThan(3)
  })

  test('name settings that exist', () => {
    const known = new Set<string>(listVariables().map(({ name }) => name))
    const unknown = pages.flatMap(({ file, text }) =>
      [...text.matchAll(/`([A-Z]{2,}(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)]
        .map(([, name = '']) => name)
        .filter((name) =>
          /_(?:URL|PORT|HOST|ORIGIN|SIZE|MS|DAYS|SECRET|KEY|DIR|PROXIES|LEVEL|P12|PASSPHRASE)$/.test(name),
        )
        .filter((name) => !known.has(name) && !FOREIGN_VARIABLES.test(name))
        .map((name) => `${file}: ${name}`),
    )
    expect(unknown).toEqual([])
  })
})

describe('the commands of the documents', () => {
  const documented = () =>
    pages.flatMap(({ file, text }) => commandsOf(text).map((command) => ({ file, command })))

  test('are each run by a test or a step of the gate, or it is said why not', async () => {
    const unshown = documented().filter(({ command }) => shownFor(command) === undefined)
    expect(unshown).toEqual([])
    const used = new Set(documented().map(({ command }) => shownFor(command)?.beginning))
    expect(Object.keys(SHOWN).filter((beginning) => !used.has(beginning))).toEqual([])
    const missing: string[] = []
    for (const [beginning, shown] of Object.entries(SHOWN)) {
      if ('notRun' in shown) continue
      const source = await readFile(join(root, shown.by), 'utf8')
      for (const word of shown.words)
        if (!source.includes(word)) missing.push(`${beginning}: ${shown.by} has no ${word}`)
    }
    expect(missing).toEqual([])
  })

  test('take the options that they are given, and name benchmarks, parts and files that there are', async () => {
    const faults: string[] = []
    const named = await namesIn(['bench/**/*.ts', 'evidence/**/*.ts', 'chaos/**/*.ts'])
    for (const { file, command } of documented()) {
      const [, name = ''] = /^npm run liaison -- ([a-z][a-z-]*)/.exec(command) ?? []
      const help = helps.get(name) ?? ''
      for (const [, option = ''] of name === '' ? [] : command.matchAll(/ (--[a-z-]+)/g))
        if (!help.includes(option)) faults.push(`${file}: ${command} takes no ${option}`)
      const [, part = 'NAME'] = /^npm run (?:bench|evidence) -- ([a-z]\S*)/.exec(command) ?? []
      if (part !== 'NAME' && !named.has(part)) faults.push(`${file}: ${command} names nothing that runs`)
      for (const [, path = ''] of command.matchAll(/ ((?:[a-z-]+\/)+[\w.-]+\.ts)/g))
        await access(join(root, path)).catch(() => faults.push(`${file}: there is no ${path}`))
    }
    expect(faults).toEqual([])
  })

  test('tell of every command that an operator has', () => {
    const told = new Set(
      documented().map(({ command }) => /^npm run liaison -- ([a-z][a-z-]*)/.exec(command)?.[1]),
    )
    expect([...helps.keys()].filter((name) => !told.has(name))).toEqual([])
  })

  test('are all seen: each fence of a page says its language, or holds commands', () => {
    const odd = pages.flatMap(({ file, text }) =>
      languagesOf(text)
        .filter((language) => !LANGUAGES.has(language))
        .map((language) => `${file}: ${language}`),
    )
    expect(odd).toEqual([])
    expect(commandsOf('```sh\nnpm run a \\\n  --b   # why\n```\nor `npx c d`, not `npm`')).toEqual([
      'npm run a --b',
      'npx c d',
    ])
    expect(shownFor('npm run liaison -- audit verify --json')?.beginning).toBe(
      'npm run liaison -- audit verify',
    )
    expect(shownFor('npm run liaison -- audits')).toBeUndefined()
  })
})

describe('a picture of the documents', () => {
  const draw = (colourOf: (index: number) => number) => ({
    width: 40,
    height: 40,
    colours: Uint32Array.from({ length: 1600 }, (_, index) => colourOf(index)),
  })

  test('of few colours keeps every one of them exactly', () => {
    const picture = draw((index) => [0xffffff, 0x1f4b99, 0x0b6e4f][index % 3] ?? 0)
    expect(readPng(writeIndexed(picture))).toEqual(picture)
  })

  test('of many colours changes none by more than a shade, and its commonest not at all', () => {
    const picture = draw((index) => (index % 4 === 0 ? 0xfefefe : (index % 256) * 0x01_01_00 + (index % 7)))
    const { colours } = readPng(writeIndexed(picture))
    const worst = Math.max(
      ...picture.colours.map((colour, index) =>
        Math.max(
          ...[16, 8, 0].map((by) => Math.abs(((colour >> by) & 255) - (((colours[index] ?? 0) >> by) & 255))),
        ),
      ),
    )
    expect(worst).toBeLessThanOrEqual(16)
    expect(colours[0]).toBe(0xfefefe)
    expect(new Set(colours).size).toBeLessThanOrEqual(256)
  })
})
