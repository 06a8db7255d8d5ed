import { SENT_MESSAGES } from '../../server/src/modules/webhooks/index.ts'
import { makeOpenApi } from '../../server/src/platform/openapi/openapi.ts'
import { readRoutes } from '../lib/routes.ts'

export const path = 'docs/openapi.json'

/** The OpenAPI document as the server serves it; committed, so that every change of the API is a visible difference. */
export async function generate(): Promise<string> {
  return `${JSON.stringify(await makeOpenApi(readRoutes(), SENT_MESSAGES), null, 2)}\n`
}
