import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { REFERENCE_STYLESHEET } from '#platform/pages/index.ts'
import type { PageOptions } from '#platform/pages/index.ts'
import { GROUPS } from './document.ts'
import type { GroupId, Operation } from './document.ts'

export const REFERENCE_PATH = '/docs/api'

/** How every page of the reference is laid out. */
export const LOOK: PageOptions = { width: 'wide', style: REFERENCE_STYLESHEET }

export const groupPath = (group: GroupId): string => `${REFERENCE_PATH}/${group}`
const operationPath = (id: string): string => `${REFERENCE_PATH}/operations/${id}`

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  sla: 'Service levels',
  me: 'Who am I',
  'tmf api': 'TM Forum',
}

/** What a resource is called at the head of its part. */
export const resourceTitle = (resource: string): string =>
  ABBREVIATIONS[resource] ?? resource.charAt(0).toUpperCase() + resource.slice(1)

/** Method and address, the method always of one width, so that addresses stand below each other. */
export const address = ({ method, path }: Pick<Operation, 'method' | 'path'>): Html =>
  html`<span class="call"
    ><span class="method method-${method.toLowerCase()}">${method}</span> <code>${path}</code></span
  >`

/** One operation in a list. */
const operationRow = (operation: Operation): Html =>
  html`<li>
    <a href="${operationPath(operation.id)}"
      >${address(operation)}<span class="says">${operation.summary}</span></a
    >
  </li>`

export const operationList = (operations: readonly Operation[]): Html =>
  html`<ul class="calls">
    ${operations.map(operationRow)}
  </ul>`

/** The search of the whole reference; works without script. */
export const searchForm = (words: string): Html =>
  html`<form class="search" method="get" action="${REFERENCE_PATH}" role="search">
    <label for="q" class="unseen">Find an operation</label>
    <input
      id="q"
      name="q"
      type="search"
      value="${words}"
      maxlength="100"
      placeholder="Find an operation, such as: tickets"
    />
    <button class="button" type="submit">Find</button>
  </form>`

/** The way back up, and where this page stands. */
export const trail = (steps: readonly (readonly [title: string, path: string])[], here: string): Html =>
  html`<nav class="trail small muted" aria-label="Where this page stands">
    ${steps.map(([title, path]) => html`<a href="${path}">${title}</a> <span aria-hidden="true">/</span> `)}${here}
  </nav>`

/** How a group is called. */
export const groupTitle = (group: GroupId): string => GROUPS.find(({ id }) => id === group)?.title ?? group

/** A text of the document, in which code stands between backticks. */
export const withCode = (text: string): Html =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
