import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { reportedPolicy } from './policy-reports.ts'

/** Other origins with which the portal has to do. */
export interface PortalPlaces {
  /** The one that it may frame. */
  readonly embedOrigin: () => string
  /** That of the authorization server when it has a host of its own: a partner tries a client out there from the portal. */
  readonly authOrigin: string | undefined
}

// The portal is built files of ours: scripts and styles from this origin, and requests back to it; nothing inline. It
// frames the preview of a form of an agency, which stands on the origin of forms, and nothing else.
function portalPolicy({ embedOrigin, authOrigin }: PortalPlaces): string {
  const [frames, auth] = [new URL(embedOrigin()).origin, authOrigin === undefined ? '' : ` ${authOrigin}`]
  return `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'${auth}; frame-src ${frames}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`
}

/** What the portal calls the policy by which the preview of a consent page becomes the document of a frame. */
const PREVIEW_POLICY = 'liaison-preview'

const config = {
  access: { public: 'The portal is the same for everybody; what it shows comes from the API.' },
  counting: 'fixed' as const,
}

/** The paths that the portal's own router answers. */
const PORTAL_PATHS = ['/platform', '/platform/*', '/partner/*', '/org/*'] as const

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Where the files with a hash in their name stand. */
const ASSETS = '/assets/'
const A_YEAR = 'public, max-age=31536000, immutable'

/** One file, read once, with the forms in which it is sent. What the build packed is kept packed alone. */
type StaticFile = {
  readonly path: string
  readonly type: string
  readonly etag: string
  readonly caching: string
  /** Null where the build made none. */
  readonly br: Buffer | null
} & ({ readonly gzip: Buffer; readonly plain: null } | { readonly gzip: null; readonly plain: Buffer })

/** What the build made beside a file; null where it made none. */
async function readBeside(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch {
    return null
  }
}

async function readStaticFile(folder: string, name: string): Promise<StaticFile | null> {
  const type = MEDIA_TYPES[extname(name)]
  if (type === undefined) return null
  const file = join(folder, name)
  const plain = await readFile(file)
  const gzip = await readBeside(`${file}.gz`)
  const path = `/${relative('.', name).split(sep).join('/')}`
  return {
    path,
    type,
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    // Names below assets carry a hash of their content; the others may change with the next build.
    caching: path.startsWith(ASSETS) ? A_YEAR : 'no-cache',
    br: await readBeside(`${file}.br`),
    ...(gzip ? { gzip, plain: null } : { gzip, plain }),
  }
}

const unpack = promisify(gunzip)

/** The file as it is, for the rare caller that takes nothing packed. */
async function plainOf(file: StaticFile): Promise<Buffer> {
  return file.gzip ? unpack(file.gzip) : file.plain
}

async function send(file: StaticFile, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  void reply.headers({ 'Cache-Control': file.caching, ETag: file.etag, Vary: 'Accept-Encoding' })
  if (request.headers['if-none-match'] === file.etag) return reply.status(304).send()
  const accepted = request.headers['accept-encoding'] ?? ''
  const encoding = (['br', 'gzip'] as const).find((name) => accepted.includes(name) && file[name] !== null)
  if (encoding) void reply.header('Content-Encoding', encoding)
  return reply.type(file.type).send(encoding ? file[encoding] : await plainOf(file))
}

/**
 * Serves the built portal from memory: its files, those with a hash in their name for a year, and its page on every
 * path it owns. Nothing that was not built can be asked for, since each is found by its whole name among those that were
 * read.
 */
export async function servePortal(app: FastifyInstance, folder: string, places: PortalPlaces): Promise<void> {
  const names = await readdir(folder, { recursive: true })
  const visible = names.filter((name) => !name.startsWith('.'))
  const files = await Promise.all(visible.map((name) => readStaticFile(folder, name)))
  const assets = new Map<string, StaticFile>()
  for (const file of files) {
    if (file?.path.startsWith(ASSETS)) assets.set(file.path.slice(ASSETS.length), file)
    else if (file && file.path !== '/index.html')
      app.get(file.path, { config }, (request, reply) => send(file, request, reply))
  }
  // One route for hundreds of files: each route takes kilobytes of memory.
  app.get<{ Params: { name: string } }>(`${ASSETS}:name`, { config }, (request, reply) => {
    const file = assets.get(request.params.name)
    return file ? send(file, request, reply) : reply.callNotFound()
  })
  const page = files.find((file) => file?.path === '/index.html')
  if (!page) throw new Error('The portal was built without a page.')
  for (const path of PORTAL_PATHS) {
    app.get(path, { config }, (request, reply) =>
      send(page, request, reply.headers(reportedPolicy(portalPolicy(places), PREVIEW_POLICY))),
    )
  }
}
