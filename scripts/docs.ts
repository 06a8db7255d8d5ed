import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { format } from 'oxfmt'

/** A document that is made from the program, so that it cannot say anything else than the program does. */
export interface DocumentGenerator {
  /** Where the document lies, from the root of the repository. */
  readonly path: string
  /** The whole text of the document; it is formatted afterwards. */
  generate(): Promise<string>
}

const root = fileURLToPath(new URL('..', import.meta.url))
const generators = join(root, 'scripts/docs')
/** Documents that the formatter leaves alone, because other programs read them byte by byte. */
const UNFORMATTED = new Set(['docs/openapi.json', 'sdk/src/generated/api.ts'])

function isGenerator(value: object): value is DocumentGenerator {
  return (
    'path' in value &&
    typeof value.path === 'string' &&
    'generate' in value &&
    typeof value.generate === 'function'
  )
}

async function loadGenerators(): Promise<DocumentGenerator[]> {
  const names = (await readdir(generators)).filter((name) => name.endsWith('.ts')).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const module: object = await import(join(generators, name))
      if (isGenerator(module)) return module
      throw new Error(`scripts/docs/${name} does not export path and generate().`)
    }),
  )
}

async function readCurrent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

async function formatDocument(path: string, text: string): Promise<string> {
  if (UNFORMATTED.has(path) || !/\.(md|json|ts)$/.test(path)) return text
  const settings: Record<string, unknown> = JSON.parse(await readFile(join(root, '.oxfmtrc.json'), 'utf8'))
  const { code, errors } = await format(path, text, settings)
  if (errors.length > 0) throw new Error(`${path} cannot be formatted: ${JSON.stringify(errors)}`)
  return code
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
let outdated = 0
for (const generator of await loadGenerators()) {
  const file = join(root, generator.path)
  const wanted = await formatDocument(generator.path, await generator.generate())
  if ((await readCurrent(file)) === wanted) continue
  if (values.check) {
    outdated++
    console.error(`${generator.path} is out of date: run npm run docs.`)
  } else {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, wanted)
    console.log(`Wrote ${generator.path}.`)
  }
}
process.exit(outdated > 0 ? 1 : 0)
