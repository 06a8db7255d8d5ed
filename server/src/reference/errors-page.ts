import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { showPage } from '#platform/pages/index.ts'
import { listProblems } from '#platform/problem.ts'
import { REFERENCE_PATH, trail, LOOK } from './parts.ts'

const row = ([code, { status, cause, remedy }]: ReturnType<typeof listProblems>[number]): Html =>
  html`<tr id="${code}">
    <th scope="row"><code>${code}</code></th>
    <td class="num">${status}</td>
    <td>${cause}</td>
    <td>${remedy}</td>
  </tr>`

/** Every code of a refusal or error, with its cause and what to do. */
export function errorsPage(): HtmlPage {
  return showPage(
    'Errors',
    html`<p class="lead">
        A refusal or error is a problem document (RFC 9457) with one of these codes. Codes are never renamed.
      </p>
      ${trail([['API reference', REFERENCE_PATH]], 'Errors')}
      <div class="scroll" tabindex="0" role="region" aria-label="Every code">
        <table class="wide-table">
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col" class="num">Status</th>
              <th scope="col">Cause</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            ${listProblems().map(row)}
          </tbody>
        </table>
      </div>`,
    LOOK,
  )
}
