import { access, glob, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { COMMANDS } from '../server/src/cli/registry.ts'
import { listVariables } from '../server/src/platform/config.ts'

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
beforeAll(async () => {
  for await (const file of glob(['*.md', 'docs/**/*.md', 'examples/**/*.md', 'gateway/**/*.md'], {
    cwd: root,
    exclude: (name) => name.includes('node_modules'),
  }))
    pages.push({ file, text: await readFile(join(root, file), 'utf8') })
})

function targetsOf({ file, text }: Page): string[] {
  return [...text.matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(?:https?:|mailto:|#)/.test(target))
    .map((target) => normalize(join(dirname(file), decodeURIComponent(target.split('#')[0] ?? ''))))
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
        /\bnpm run liaison -- ([a-z-]+)((?: [a-z-]+)?)/g,
      )) {
        const listed = COMMANDS.find((command) => command.name === name)
        const help = listed ? (await listed.load()).help : ''
        const second = rest.trim()
        if (
          !listed ||
          (second !== '' && !second.startsWith('-') && /^[a-z]/.test(second) && !help.includes(second))
        )
          unknown.push(`${file}: liaison ${name}${rest}`)
      }
    }
    expect(unknown).toEqual([])
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
