import { makeOpenApi } from '../../server/src/platform/openapi/openapi.ts'
import { readRoutes } from '../lib/routes.ts'

export const path = 'docs/openapi.json'

/** The OpenAPI document as the server serves it; committed, so that every change of the API is a visible difference. */
export async function generate(): Promise<string> {
  return `${JSON.stringify(await makeOpenApi(readRoutes()), null, 2)}\n`
}
