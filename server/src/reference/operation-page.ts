import { PERMISSIONS } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { showPage } from '#platform/pages/index.ts'
import { listProblems } from '#platform/problem.ts'
import { isRecord, listAt, recordAt, textAt } from './document.ts'
import type { Json, Operation, Reference } from './document.ts'
import { curlOf } from './curl.ts'
import { schemeOf } from './list-pages.ts'
import {
  address,
  resourceTitle,
  groupPath,
  groupTitle,
  operationList,
  REFERENCE_PATH,
  trail,
  withCode,
  LOOK,
} from './parts.ts'
import { exampleOf } from './schema-example.ts'
import { listFields, typeWords } from './schema-words.ts'
import type { Field } from './schema-words.ts'

const PROBLEMS = new Map<string, { readonly cause: string }>(listProblems())

/** The schema of a JSON body; undefined where there is none. */
export function bodyOf(message: unknown): unknown {
  const content = recordAt(message, 'content')
  return recordAt(content, 'application/json')['schema']
}

function limitWords(told: Json): string | undefined {
  const limit = told['x-rate-limit']
  const { allowed, windowSeconds, per } = recordAt(told, 'x-rate-limit')
  if (limit === undefined) return undefined
  const window =
    windowSeconds === 3600
      ? 'an hour'
      : windowSeconds === 60
        ? 'a minute'
        : `${String(windowSeconds)} seconds`
  return `At most ${String(allowed)} in ${window}${per === 'person' ? ' for each person' : ''}`
}

function needs(reference: Reference, operation: Operation): Html {
  const { told, permission } = operation
  const entry = PERMISSIONS.find(({ name }) => name === permission)
  const scheme = recordAt(reference.securitySchemes, schemeOf(operation) ?? '')
  const lines: (readonly [string, Html | string | undefined])[] = [
    ['Signs in with', withCode(textAt(scheme, 'description') ?? 'Nothing: anybody may ask.')],
    [
      'Needs',
      permission === undefined
        ? undefined
        : html`<code>${permission}</code>${entry && ` · ${entry.sentence}`}`,
    ],
    ['Second factor', told['x-step-up'] === true ? 'One that is at most 15 minutes old' : undefined],
    ['Limit', limitWords(told)],
    ['Operation id', html`<code>${operation.id}</code>`],
  ]
  return html`<table class="lines">
    <tbody>
      ${lines.map(
        ([term, about]) =>
          about !== undefined &&
          html`<tr>
            <th scope="row">${term}</th>
            <td>${about}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

interface Row extends Omit<Field, 'depth' | 'isRequired'> {
  readonly depth?: number
  /** What stands beside the name. */
  readonly mark: string | undefined
}

/** Fields that are there only to be refused with a reason are one line for each reason. */
function joinRefused(rows: readonly Row[]): readonly Row[] {
  const isRefused = ({ about }: Row) => about.startsWith('Refused: ')
  const reasons = [...new Set(rows.filter(isRefused).map(({ about }) => about))]
  const joined = reasons.map((about) => {
    const names = rows.filter((row) => row.about === about).map(({ name }) => name)
    return { name: [...new Set(names)].join(', '), type: '', mark: undefined, about }
  })
  return [...rows.filter((row) => !isRefused(row)), ...joined]
}

function fieldTable(caption: string, all: readonly Row[]): Html {
  const rows = joinRefused(all)
  if (rows.length === 0) return html``
  return html`<table class="fields">
    <caption class="unseen">
      ${caption}
    </caption>
    <thead class="unseen">
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Value</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ name, depth = 0, type, mark, about }) =>
          html`<tr>
            <th scope="row" class="depth-${depth}">
              <code>${name}</code>${mark !== undefined && html` <span class="needed">${mark}</span>`}
            </th>
            <td>${type}${about !== '' && html`<span class="says">${withCode(about)}</span>`}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

const toSend = ({ isRequired, ...field }: Field): Row => ({
  ...field,
  mark: isRequired ? 'required' : undefined,
})
const toRead = ({ isRequired, ...field }: Field): Row => ({
  ...field,
  mark: isRequired ? undefined : 'may be left out',
})

const PLACES: Readonly<Record<string, string>> = {
  path: 'In the path: ',
  query: 'In the query: ',
  header: 'In the header: ',
}

function parameterRows({ told }: Operation, { resolve }: Reference): readonly Row[] {
  return listAt(told, 'parameters').map((parameter) => {
    const schema = resolve(recordAt(parameter, 'schema'))
    return {
      name: textAt(parameter, 'name') ?? '',
      type: `${PLACES[textAt(parameter, 'in') ?? ''] ?? ''}${typeWords(schema, resolve)}`,
      mark: isRecord(parameter) && parameter['required'] === true ? 'required' : undefined,
      about: textAt(parameter, 'description') ?? textAt(schema, 'description') ?? '',
    }
  })
}

const code = (text: string): Html => html`<pre class="sample" tabindex="0"><code>${text}</code></pre>`
const asJson = (value: unknown): string => JSON.stringify(value, null, 2)

function requestPart(operation: Operation, reference: Reference): Html {
  const parameters = parameterRows(operation, reference)
  const schema = bodyOf(operation.told['requestBody'])
  const fields = schema === undefined ? [] : listFields(reference.resolve(schema), reference.resolve)
  return html`${parameters.length > 0 && html`<h2>Parameters</h2>`} ${fieldTable('Parameters', parameters)}
    ${fields.length > 0 && html`<h2>Body</h2>`} ${fieldTable('Body', fields.map(toSend))}
    <h2>Example</h2>
    ${code(curlOf(operation, reference))}`
}

function answerPart({ told }: Operation, { resolve }: Reference): Html {
  const answers = Object.entries(recordAt(told, 'responses')).filter(([status]) => /^[23]/.test(status))
  return html`${answers.map(([status, answer]) => {
    const schema = bodyOf(answer)
    if (schema === undefined)
      return html`<h2>Answer ${status}</h2>
        <p>Without a body, or with a file.</p>`
    const resolved = resolve(schema)
    return html`<h2>Answer ${status}</h2>
      ${fieldTable(`Answer ${status}`, listFields(resolved, resolve).map(toRead))}
      ${code(asJson(exampleOf(resolved, '', resolve)))}`
  })}`
}

function refusalPart({ told }: Operation): Html {
  const byStatus = Object.entries(recordAt(told, 'x-problem-codes'))
  return html`<h2>Refusals</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Refusals">
      <table class="wide-table">
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Code</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          ${byStatus.flatMap(([status, codes]) =>
            (Array.isArray(codes) ? codes : []).map(
              (name: unknown) =>
                html`<tr>
                  <td class="num">${status}</td>
                  <th scope="row">
                    <a href="/docs/errors#${String(name)}"><code>${String(name)}</code></a>
                  </th>
                  <td>${PROBLEMS.get(String(name))?.cause}</td>
                </tr>`,
            ),
          )}
        </tbody>
      </table>
    </div>`
}

/** One operation whole: who may call it, what it takes and answers, an example, every refusal. */
export function operationPage(reference: Reference, operation: Operation): HtmlPage {
  const beside = reference.operations.filter(
    ({ group, resource, id }) =>
      group === operation.group && resource === operation.resource && id !== operation.id,
  )
  return showPage(
    operation.summary,
    html`<p class="lead">${address(operation)}</p>
      ${trail(
        [
          ['API reference', REFERENCE_PATH],
          [groupTitle(operation.group), groupPath(operation.group)],
        ],
        resourceTitle(operation.resource),
      )}
      ${needs(reference, operation)} ${requestPart(operation, reference)} ${answerPart(operation, reference)}
      ${refusalPart(operation)} ${beside.length > 0 && html`<h2>Beside it</h2>`}
      ${beside.length > 0 && operationList(beside)}`,
    LOOK,
  )
}
