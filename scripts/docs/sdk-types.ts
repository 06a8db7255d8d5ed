import openapiTS, { astToString } from 'openapi-typescript'
import type { OpenAPI3 } from 'openapi-typescript'
import { SENT_MESSAGES } from '../../server/src/modules/webhooks/index.ts'
import { makeOpenApi } from '../../server/src/platform/openapi/openapi.ts'
import { readRoutes } from '../lib/routes.ts'

export const path = 'sdk/src/generated/api.ts'

/** The types of the SDK, from the same routes that the server mounts. */
export async function generate(): Promise<string> {
  // Parsed anew: the generator rewrites what it is given.
  const document: OpenAPI3 = JSON.parse(JSON.stringify(await makeOpenApi(readRoutes(), SENT_MESSAGES)))
  // A field with a default may be left out of a request.
  return astToString(await openapiTS(document, { defaultNonNullable: false }))
}
