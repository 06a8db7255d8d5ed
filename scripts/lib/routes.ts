import { NO_BREACHED_PASSWORDS } from '../../server/src/platform/credentials/breached-passwords.ts'
import { makeCursorSigner } from '../../server/src/platform/cursor.ts'
import { makePdfSealer } from '../../server/src/platform/sealed-pdf.ts'
import { makeVault } from '../../server/src/platform/credentials/vault.ts'
import { allRoutes } from '../../server/src/app.ts'
import type { Route } from '../../server/src/platform/route.ts'

/** Every route of the product, made without a database: documents read only what the routes declare. */
export function readRoutes(): readonly Route[] {
  const vault = makeVault('documents need no secret, so this one is public')
  return allRoutes(
    {
      vault,
      pdfSealer: makePdfSealer(vault),
      cursors: makeCursorSigner(() => vault.signingKeys('cursor')),
      publicOrigin: () => 'http://localhost:3000',
      authOrigin: () => 'http://localhost:3000',
      embedOrigin: () => 'http://embed.localhost:3000',
      webhookNets: [],
      breachedPasswords: NO_BREACHED_PASSWORDS,
      isDemo: false,
      keepsMail: true,
      help: {},
      passwordHashConcurrency: 1,
      standing: () => Promise.reject(new Error('No service runs.')),
      testPayoutReceiver: () => Promise.resolve(null),
    },
    { demoSignIns: () => [] },
  )
}
