import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { showPage } from '#platform/pages/index.ts'
import { GROUPS, textAt } from './document.ts'
import type { GroupId, Operation, Reference } from './document.ts'
import {
  resourceTitle,
  groupPath,
  groupTitle,
  operationList,
  REFERENCE_PATH,
  searchForm,
  trail,
  withCode,
  LOOK,
} from './parts.ts'

const MOST_FOUND = 100

const CONVENTIONS: readonly (readonly [term: string, about: Html | string])[] = [
  [
    'Addresses',
    html`Everything begins with <code>/api/v1</code>. Bodies are JSON in snake_case; an unknown field or
      parameter is refused, and nothing is coerced.`,
  ],
  [
    'Values',
    'Ids have a prefix and are never in sequence. Instants are RFC 3339 in UTC. Money is whole minor units with its currency, rates are basis points.',
  ],
  [
    'Lists',
    html`<code>limit</code> of 1 to 100 with <code>offset</code>, or with the <code>cursor</code> that the
      page before told. The order is stable.`,
  ],
  [
    'Once',
    html`A POST with an <code>Idempotency-Key</code> that comes again within 24 hours is answered as the first
      was. What is edited takes <code>If-Match</code> with the <code>ETag</code> that was read.`,
  ],
  [
    'Refusals',
    html`Problem documents (RFC 9457) with a code that never changes:
      <a href="/docs/errors">every code, its cause and what to do</a>. Every 403 carries an
      <code>explain_id</code>.`,
  ],
  ['Limits', html`<code>RateLimit</code> says what is left, <code>Retry-After</code> when to come again.`],
]

const conventions = html`<table class="lines">
  <tbody>
    ${CONVENTIONS.map(
      ([term, about]) =>
        html`<tr>
          <th scope="row">${term}</th>
          <td>${about}</td>
        </tr>`,
    )}
  </tbody>
</table>`

function groupCards({ operations }: Reference): Html {
  return html`<ul class="cards">
    ${GROUPS.map(({ id, title, about }) => {
      const count = operations.filter(({ group }) => group === id).length
      return (
        count > 0 &&
        html`<li>
          <a class="card" href="${groupPath(id)}"
            ><b>${title}</b><span>${about}</span><span class="muted">${count} operations</span></a
          >
        </li>`
      )
    })}
  </ul>`
}

/** Operations in which every word stands somewhere: address, name, summary or permission; those with all of them in the address come first. */
export function findOperations(reference: Reference, words: string): readonly Operation[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const hasAll = (text: string) => wanted.every((word) => text.toLowerCase().includes(word))
  const found = reference.operations.filter(({ id, method, path, summary, permission = '' }) =>
    hasAll(`${id} ${method} ${path} ${summary} ${permission}`),
  )
  const isClose = ({ method, path }: Operation) => hasAll(`${method} ${path}`)
  return [...found.filter(isClose), ...found.filter((operation) => !isClose(operation))]
}

function foundBody(reference: Reference, words: string): Html {
  const found = findOperations(reference, words)
  const count =
    found.length === 0
      ? 'Nothing has all of these words. Try one of them, or a part of an address.'
      : found.length > MOST_FOUND
        ? `The first ${MOST_FOUND} of ${found.length}; another word narrows them.`
        : `${found.length} ${found.length === 1 ? 'operation' : 'operations'}`
  return html`<p role="status">${count}</p>
    ${found.length > 0 && operationList(found.slice(0, MOST_FOUND))}
    <p><a href="${REFERENCE_PATH}">The whole reference</a></p>`
}

/** The front page of the reference, or what was found in it. */
export function indexPage(reference: Reference, words: string): HtmlPage {
  const body =
    words.trim() === ''
      ? html`<h2>Who calls</h2>
          ${groupCards(reference)}
          <h2>What holds everywhere</h2>
          ${conventions}`
      : foundBody(reference, words)
  return showPage(
    'API reference',
    html`<p class="lead">
        ${reference.operations.length} operations. The machine-readable form is
        <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.
      </p>
      ${searchForm(words)} ${body}`,
    LOOK,
  )
}

/** The operations of one group, resource by resource. */
export function groupPage(reference: Reference, group: GroupId): HtmlPage {
  const own = reference.operations.filter((operation) => operation.group === group)
  const resources = [...new Set(own.map(({ resource }) => resource))].toSorted((left, right) =>
    left.localeCompare(right),
  )
  const anchor = (resource: string) => resource.replaceAll(' ', '-')
  const scheme = Object.entries(reference.securitySchemes).find(([name]) => name === schemeOf(own[0]))?.[1]
  return showPage(
    groupTitle(group),
    html`<p class="lead">${GROUPS.find(({ id }) => id === group)?.about}.</p>
      ${trail([['API reference', REFERENCE_PATH]], groupTitle(group))}
      <p>Each call carries: ${withCode(textAt(scheme, 'description') ?? 'nothing, anybody may ask.')}</p>
      ${searchForm('')}
      <div class="beside">
        <nav aria-label="What these operations are about">
          <ul>
            ${resources.map((resource) => html`<li><a href="#${anchor(resource)}">${resourceTitle(resource)}</a></li>`)}
          </ul>
        </nav>
        <div>
          ${resources.map(
            (resource) =>
              html`<h2 id="${anchor(resource)}">${resourceTitle(resource)}</h2>
                ${operationList(own.filter((operation) => operation.resource === resource))}`,
          )}
        </div>
      </div> `,
    LOOK,
  )
}

/** The name of the security scheme that an operation asks for. */
export function schemeOf(operation: Operation | undefined): string | undefined {
  const security = operation?.told['security']
  const first: unknown = Array.isArray(security) ? security[0] : undefined
  return typeof first === 'object' && first !== null ? Object.keys(first)[0] : undefined
}
