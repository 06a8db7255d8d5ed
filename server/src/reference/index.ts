import { z } from 'zod'
import { SENT_MESSAGES } from '#modules/webhooks/index.ts'
import { makeOpenApi } from '#platform/openapi/openapi.ts'
import { ProblemError } from '#platform/problem.ts'
import { page, route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { GROUPS, readReference } from './document.ts'
import type { Reference } from './document.ts'
import { errorsPage } from './errors-page.ts'
import { groupPage, indexPage } from './list-pages.ts'
import { operationPage } from './operation-page.ts'
import { REFERENCE_PATH } from './parts.ts'

const access = { public: 'The API reference is the same for everybody and names no tenant.' } as const
const Group = z.enum(GROUPS.map(({ id }) => id))

/** Works something out when it is first asked for. Whoever asks is anybody, so nothing here may cost much twice. */
function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined
  return () => (made ??= make())
}

const missing = () => new ProblemError(404, 'NOT_FOUND', 'The API reference has no such page.')

function pagesOf(read: () => Promise<Reference>): readonly Route[] {
  return [
    page({
      method: 'GET',
      path: REFERENCE_PATH,
      summary: 'The API reference, and the search in it',
      input: { query: z.object({ q: z.string().max(100).optional() }) },
      access,
      limit: 'page',
      handle: async ({ query }) => indexPage(await read(), query.q ?? ''),
    }),
    page({
      method: 'GET',
      path: `${REFERENCE_PATH}/:group`,
      summary: 'The operations of one kind of caller',
      input: { params: z.object({ group: z.string().max(40) }) },
      access,
      limit: 'page',
      async handle({ params }) {
        const group = Group.safeParse(params.group)
        if (!group.success) throw missing()
        return groupPage(await read(), group.data)
      },
    }),
    page({
      method: 'GET',
      path: `${REFERENCE_PATH}/operations/:operation`,
      summary: 'One operation: who may call it, what it takes and answers, every refusal',
      input: { params: z.object({ operation: z.string().max(200) }) },
      access,
      limit: 'page',
      async handle({ params }) {
        const reference = await read()
        const operation = reference.byId.get(params.operation)
        if (!operation) throw missing()
        return operationPage(reference, operation)
      },
    }),
  ]
}

/** The OpenAPI document, and the reference that people read, made of it: of the routes that are mounted. */
export function makeReferenceRoutes(routes: readonly Route[]): readonly Route[] {
  const own: Route[] = []
  const openApi = once(() => makeOpenApi([...routes, ...own], SENT_MESSAGES))
  own.push(
    route({
      method: 'GET',
      path: '/api/v1/openapi.json',
      summary: 'The OpenAPI document of this API',
      input: {},
      access,
      limit: 'page',
      responses: { 200: z.record(z.string(), z.unknown()) },
      handle: openApi,
    }),
    ...pagesOf(once(async () => readReference(await openApi()))),
    page({
      method: 'GET',
      path: '/docs/errors',
      summary: 'Every error code',
      input: {},
      access,
      limit: 'page',
      handle: once(() => Promise.resolve(errorsPage())),
    }),
  )
  return own
}
