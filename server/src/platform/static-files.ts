import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

// The portal is built files of ours: scripts and styles from this origin, and requests back to it; nothing inline.
const PORTAL_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const access = { public: 'The portal is the same for everybody; what it shows comes from the API.' }

/** The paths that the portal's own router answers. */
const PORTAL_PATHS = ['/platform', '/platform/*', '/partner/*', '/org/*'] as const

const HASHED = /\/assets\//
const A_YEAR = 'public, max-age=31536000, immutable'

/** Serves the built portal: its files, those with a hash in their name for a year, and its page on every path it owns. */
export async function servePortal(app: FastifyInstance, folder: string): Promise<void> {
  const page = await readFile(join(folder, 'index.html'), 'utf8')
  await app.register(async (scope) => {
    scope.addHook('onRoute', (options) => {
      options.config = { ...options.config, access }
    })
    await scope.register(fastifyStatic, {
      root: folder,
      // One route per file that was built: nothing else below the folder can be asked for.
      wildcard: false,
      index: false,
      globIgnore: ['index.html', '.vite/**'],
      cacheControl: false,
      setHeaders: (reply, path) =>
        void reply.header('Cache-Control', HASHED.test(path) ? A_YEAR : 'no-cache'),
    })
    for (const path of PORTAL_PATHS) {
      scope.get(path, (_request, reply) =>
        reply
          .header('Content-Security-Policy', PORTAL_POLICY)
          .header('Cache-Control', 'no-cache')
          .type('text/html; charset=utf-8')
          .send(page),
      )
    }
  })
}
