import { formatInstant } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import type { DiffLine, TermChange } from './rules.ts'
import type { AgreementRow } from './store.ts'

function inline(text: string): Html {
  const parts = text.split('**')
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<b>${part}</b>` : part))}`
}

function block(text: string): Html {
  const heading = /^(#{1,3})\s+(.*)$/.exec(text)
  if (heading) {
    // The page has one heading of its own; those of the document stand below it.
    const words = inline(heading[2] ?? '')
    return (heading[1]?.length ?? 1) === 3 ? html`<h3>${words}</h3>` : html`<h2>${words}</h2>`
  }
  const lines = text.split('\n')
  if (lines.every((line) => /^[-*] /.test(line)))
    return html`<ul>
      ${lines.map((line) => html`<li>${inline(line.slice(2))}</li>`)}
    </ul>`
  return html`<p>${inline(lines.join(' '))}</p>`
}

/** The text of an agreement as markup: headings, paragraphs, lists and bold; everything else as it is written. */
export function showDocument(body: string): Html {
  return html`<article class="document">
    ${body
      .trim()
      .split(/\n{2,}/)
      .map(block)}
  </article>`
}

/** What differs from the last version that was in force. */
export function showChanges(changes: {
  readonly since_version: number
  readonly terms: readonly TermChange[]
  readonly text: readonly DiffLine[]
}): Html {
  const lines = changes.text.filter(({ kind, text }) => kind !== 'same' && text.trim() !== '')
  const terms = changes.terms.map(
    ({ label, before, after }) =>
      html`<tr>
        <th scope="row">${label}</th>
        <td>${before ?? 'Not agreed'}</td>
        <td>${after ?? 'No longer agreed'}</td>
      </tr>`,
  )
  return html`<section class="panel" aria-label="What changed">
    <h2>What changed since version ${changes.since_version}</h2>
    ${
      terms.length === 0
        ? html`<p>The terms are the same.</p>`
        : html`<div class="scroll">
            <table class="compare">
              <thead>
                <tr>
                  <th scope="col">Term</th>
                  <th scope="col">Version ${changes.since_version}</th>
                  <th scope="col">Now</th>
                </tr>
              </thead>
              <tbody>
                ${terms}
              </tbody>
            </table>
          </div>`
    }
    ${
      lines.length > 0 &&
      html`<details>
        <summary>Changed words (${lines.length} lines)</summary>
        ${lines.map(({ kind, text }) => (kind === 'added' ? html`<p><ins>${text}</ins></p>` : html`<p><del>${text}</del></p>`))}
      </details>`
    }
  </section>`
}

/** Until when an agreement can be signed, and from when it is to hold, where that is not when it is approved. */
export function showTimes(row: AgreementRow): Html {
  const until = row.state === 'offered' ? row.expires_at : null
  const from = row.approved_at === null ? row.starts_at : null
  return html`${until && html` It can be signed until ${formatInstant(until)}.`}${from && html` It does not hold before ${formatInstant(from)}.`}`
}
