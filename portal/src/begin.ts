import { loadersOf } from './page-of-path.ts'
import { askEarly } from './platform/early.ts'

// All that the first page needs is asked for at once: one thing after the other, each would wait a round trip for the one before.
const loaders = loadersOf(window.location.pathname)
if (loaders.length > 0) askEarly('/api/v1/me')
for (const load of loaders) {
  // The router fetches it again where this fails, and says so.
  load().catch(() => undefined)
}
void import('./main.tsx')
