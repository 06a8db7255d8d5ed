import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)
const environment = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
}

/** The folders of what is handed out. */
const PACKAGES = ['guard', 'sdk'] as const

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
}

/** Node runs no TypeScript that lies below `node_modules`, so what is installed there is JavaScript with its types beside it. */
async function compile(folder: string, out: string): Promise<void> {
  const project = join(out, 'tsconfig.json')
  const source = join(root, folder, 'src')
  const settings = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      rootDir: source,
      outDir: out,
      noEmit: false,
      incremental: false,
      declaration: true,
      sourceMap: true,
      inlineSources: true,
      rewriteRelativeImportExtensions: true,
      allowImportingTsExtensions: false,
    },
    include: [source],
    exclude: [join(source, '**/*.test.ts')],
  }
  await writeFile(project, JSON.stringify(settings))
  await run('tsc', ['-p', project], { cwd: root, env: environment })
  await rm(project)
}

function toPublish({ name, version, description, license, dependencies }: Manifest): object {
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    sideEffects: false,
    engines: { node: '>=20.17' },
    dependencies,
  }
}

async function pack(folder: string, destination: string): Promise<string> {
  const out = join(root, 'node_modules/.cache/packages', folder)
  await rm(out, { recursive: true, force: true })
  await mkdir(out, { recursive: true })
  const manifest = await readManifest(folder)
  await compile(folder, out)
  await writeFile(join(out, 'package.json'), JSON.stringify(toPublish(manifest), null, 2))
  await copyFile(join(root, 'LICENSE'), join(out, 'LICENSE'))
  await copyFile(join(root, folder, 'README.md'), join(out, 'README.md'))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', destination], {
    cwd: out,
    env: environment,
  })
  const [packed]: { filename: string }[] = JSON.parse(stdout)
  if (!packed) throw new Error(`npm packed nothing of ${folder}.`)
  return join(destination, packed.filename)
}

const { values } = parseArgs({
  options: { to: { type: 'string', default: join(root, 'node_modules/.cache') } },
})
await mkdir(values.to, { recursive: true })
for (const folder of PACKAGES) console.log(await pack(folder, values.to))
