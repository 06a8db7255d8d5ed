import { encodeId } from '@liaison/access'
import type { Action } from '@liaison/access'
import { z } from 'zod'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { writeCount, writeDay, writeInstant } from '#platform/words/instant-words.ts'
import type { Language, Reading } from '#platform/words/language.ts'
import { withLanguage } from '#platform/words/page-language.ts'
import {
  facts,
  hiddenField,
  notice,
  PROVIDER_NAME,
  siteLink,
  stopByTelephone,
  textArea,
  textField,
  tickBox,
} from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { LONGEST_NETWORKS_TEXT } from './networks.ts'
import { currenciesToDecide, idOfLimit, writtenLimits } from './order-limits.ts'
import { vouchedFacts } from './party.ts'
import { ACTION_WORDS, daysBetween, mayOrder, payerSentence, sentencesOf } from './rules.ts'
import { sharableAccounts } from './scene.ts'
import type { Scene } from './scene.ts'

/** What the address of each page of a request names. */
export const KeyParams = z.strictObject({
  key: z.string().regex(/^[\w-]{20,100}$/, 'must be the key of a request'),
})

/** The address of one of the pages of a request. */
export function pathOf(
  { key, mandate, reading }: Pick<Scene, 'mandate' | 'key' | 'reading'>,
  rest: 'review' | 'check' | 'done',
): string {
  return withLanguage(`/consent/${key}/${rest}?org=${encodeId('tenant', mandate.tenant.id)}`, reading.chosen)
}

/** The address of the receipt, which is in the language of the approval. */
export function receiptPath({ key, mandate }: Pick<Scene, 'mandate' | 'key'>): string {
  return `/consent/${key}/receipt?org=${encodeId('tenant', mandate.tenant.id)}`
}

/** The same scene as somebody sees it who chooses a language. */
export function chosenIn<T extends { readonly reading: Reading }>(scene: T, language: Language): T {
  return { ...scene, reading: { language, chosen: language } }
}

/** Whether an application sent the person here, and not a request that its program made. */
export function comesByBrowser(request: Scene['request']): boolean {
  return [request.access_request_id, request.backchannel_request_id, request.consent_ask_id].every(
    (id) => id === null,
  )
}

/** Whether the address names the interaction, so that there is a way back to the partner. */
export function isOwn({ key, request }: Pick<Scene, 'key' | 'request'>): boolean {
  return !key.startsWith('crq_') && comesByBrowser(request)
}

/** Where the authorization server goes on after the answer. */
export function backPath({ key, reading }: Pick<Scene, 'key' | 'reading'>): string {
  return withLanguage(`/oauth/interaction/${key}`, reading.chosen)
}

function list(sentences: readonly (string | Html)[]): Html {
  return html`<ul>
    ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
  </ul>`
}

/** A name that others chose, so that it cannot turn the direction of the text around it. */
const named = (name: string): Html => html`<bdi>${name}</bdi>`

function returnHost({ client }: Scene): string | null {
  const hosts = new Set(client.redirect_uris.flatMap((uri) => (URL.canParse(uri) ? [new URL(uri).host] : [])))
  const [only] = hosts
  return hosts.size === 1 && only !== undefined ? only : null
}

/** Where the browser goes with the answer; nothing where no application waits for it in a browser, or where there are several places. */
export function goesBackTo(scene: Scene): readonly (readonly [string, Html])[] {
  const host = comesByBrowser(scene.request) ? returnHost(scene) : null
  return host === null ? [] : [[scene.words.who.goBack, html`<span class="mono">${host}</span>`]]
}

/** Who asks, in words: the verified partner, its app, and where the answer goes. */
export function whoAsks(scene: Scene): Html {
  const { client, partner, request, reading, words } = scene
  const kindWords: Readonly<Record<string, string>> = words.kinds
  const kinds = partner.kinds.map((kind) => kindWords[kind] ?? kind).join(', ')
  const { who, quoted } = words
  return facts([
    [
      who.title,
      html`${who.verified(
        html`<b>${named(partner.name)}</b>, ${kinds}`,
        PROVIDER_NAME,
        writeDay(partner.since, reading.language),
      )}
      ${siteLink(partner.website)}`,
    ],
    ...vouchedFacts(partner, reading.language),
    [
      who.app,
      html`${client.logo !== null && html`<img src="/client-logos/${client.logo}" alt="" width="40" height="40" /> `}${client.description === null ? named(client.name) : who.appSays(named(client.name), named(client.description))}
      ${client.environment === 'sandbox' && html`<span class="chip attention">${who.sandbox}</span>`}`,
    ],
    [who.why, request.purpose === null ? who.noReason : quoted(named(request.purpose))],
    ...goesBackTo(scene),
  ])
}

/** What is odd about the names; nothing when nothing is. */
export function nameNotice({ faults, words }: Scene): Html {
  return faults.length === 0
    ? html``
    : notice('attention', html`${faults.map((fault) => html`<p>${words.faults[fault](PROVIDER_NAME)}</p>`)}`)
}

/** The fault of a part of the form, at that part. */
export function messageOf(errors: readonly FieldError[], field: string): Html {
  const found = errors.find((error) => error.field === field)
  return found ? html`<p class="field-error" id="${field}-error">${found.message}</p>` : html``
}

/** What was ticked and written when the form was sent, so that a fault costs nobody the rest of the form. */
export interface Ticked {
  readonly accounts: ReadonlySet<string>
  readonly actions: ReadonlySet<string>
  readonly lastDay: string
  /** The limit of each currency as it was written. */
  readonly limits: ReadonlyMap<string, string>
  /** Within how many seconds a revocation has to count, as it was written. */
  readonly stopWithin: string
  /** The networks that calls may come from, as they were written. */
  readonly networks: string
  /** What accounts were looked for by. */
  readonly find: string
}

/** How much orders may cost in a month, for each currency of the accounts to choose from that it can be decided for. */
function limitFields(scene: Scene, ticked: Ticked | null, errors: readonly FieldError[]): readonly Html[] {
  const { words, before, offered } = scene
  const open = sharableAccounts(scene)
  const held = writtenLimits(before?.order_limits ?? {})
  return currenciesToDecide(scene, { accounts: open.map(({ id }) => id), actions: offered }).map(
    (currency) =>
      html`${hiddenField('limit_currency', currency)}${textField(
        {
          name: 'limit',
          id: idOfLimit(currency, scene),
          label: words.orders.label(currency),
          hint: words.orders.hint,
          value: (ticked ? ticked.limits : held).get(currency) ?? '',
          inputMode: 'decimal',
          maxLength: 30,
          isOptional: true,
          look: 'short',
        },
        errors,
      )}`,
  )
}

/** What the client says it needs an action for, as a quotation; nothing where it says nothing. */
function whyOf({ client, words }: Scene, action: Action): Html | null {
  const why = client.needs.find((need) => need.action === action)?.why ?? null
  return why === null ? null : words.quoted(named(why))
}

/** One thing that can be allowed: a box to tick, or a line where the client does not work without it (experience.md, Consent). */
function actionLine(scene: Scene, action: Action, ticked: Ticked | null): Html {
  const { words, offered, needed } = scene
  const why = whyOf(scene, action)
  const first = offered.find((name) => !needed.includes(name))
  if (needed.includes(action))
    return html`<div class="tick">
      <span>✓</span
      ><span
        >${words.actions[action]}
        <b>(${words.what.needed})</b>${why !== null && html`<span class="hint">${why}</span>`}</span
      >
    </div>`
  return tickBox({
    name: 'action',
    id: action === first ? 'action' : `action-${action.replace('.', '-')}`,
    value: action,
    label: words.actions[action],
    isTicked: ticked?.actions.has(action) === true,
    ...(why !== null && { hint: why }),
  })
}

/** What can be allowed, in groups and nothing chosen beforehand; what spends money is a group of its own. */
export function actionTicks(scene: Scene, ticked: Ticked | null, errors: readonly FieldError[]): Html {
  const { offered, words } = scene
  const groups = (['read', 'change', 'spend'] as const).flatMap((kind) => {
    const lines = ACTION_WORDS.filter((one) => one.kind === kind && offered.includes(one.action))
    if (lines.length === 0) return []
    return [
      html`<fieldset>
        <legend>${words.groups[kind]}</legend>
        ${kind === 'spend' && html`<p class="hint">${words.groups.spendHint}</p>`}
        ${lines.map(({ action }) => actionLine(scene, action, ticked))}
        ${kind === 'spend' && limitFields(scene, ticked, errors)}
      </fieldset>`,
    ]
  })
  // Orders that are allowed already cannot be chosen again, but accounts in another currency may come to them.
  const coming = mayOrder(offered) ? [] : limitFields(scene, ticked, errors)
  return html`<h2>${words.what.title}</h2>
    <p class="hint">
      ${scene.needed.length > 0 ? words.what.neededLead(named(scene.client.name)) : words.what.lead}
    </p>
    ${messageOf(errors, 'action')}${groups}
    ${
      coming.length > 0 &&
      html`<fieldset>
        <legend>${words.groups.spend}</legend>
        <p class="hint">${words.orders.coming}</p>
        ${coming}
      </fieldset>`
    }`
}

/** How soon a revocation counts: as usual, unless somebody writes that it must sooner. Apart, since few have to. */
export function boundField(scene: Scene, ticked: Ticked | null, errors: readonly FieldError[]): Html {
  const { words, before } = scene
  const held = before?.max_revocation_seconds?.toString() ?? ''
  const value = ticked?.stopWithin ?? held
  const field = {
    name: 'stop_within',
    label: words.bound.label,
    hint: words.bound.hint,
    value,
    inputMode: 'numeric',
    maxLength: 3,
    isOptional: true,
    look: 'short',
  } as const
  const isWritten = value !== '' || errors.some((error) => error.field === field.name)
  return html`<details${isWritten && html` open`}>
    <summary>${words.bound.title}</summary>
    ${textField(field, errors)}
  </details>`
}

/** From where calls may come: from anywhere, unless somebody names networks. */
export function networksField(scene: Scene, ticked: Ticked | null, errors: readonly FieldError[]): Html {
  const { words, before } = scene
  const value = ticked?.networks ?? (before?.card.networks ?? []).join('\n')
  const field = {
    name: 'networks',
    label: words.networks.label,
    hint: words.networks.hint,
    value,
    isOptional: true,
    maxLength: LONGEST_NETWORKS_TEXT,
  } as const
  const isWritten = value !== '' || errors.some((error) => error.field === field.name)
  return html`<details${isWritten && html` open`}>
    <summary>${words.networks.title}</summary>
    ${textArea(field, errors)}
  </details>`
}

/** How the organisation ends it, by itself or, where the provider names a number, by telephone. */
export function howToStop({ words, phone, reading }: Scene): Html {
  return html`${words.limits.stop}${stopByTelephone(phone, reading.language)}`
}

/** What stays impossible, whatever is chosen. */
export function cannotList({ words }: Scene, actions: readonly Action[]): Html {
  return list([...sentencesOf(actions, words).cannot, ...words.never])
}

export function canList({ words }: Scene, actions: readonly Action[]): Html {
  return list(sentencesOf(actions, words).can)
}

/** The accounts of a choice with who pays for each. */
export function accountLines(scene: Scene, ids: readonly string[]): Html {
  const chosen = new Set(ids)
  return list(
    scene.accounts
      .filter(({ id }) => chosen.has(id))
      .map((account) =>
        scene.words.accounts.line(
          html`<b>${account.name}</b>`,
          html`<span class="nowrap">${account.ban}</span>`,
          payerSentence(account, scene.mandate.tenant.id, scene.words),
        ),
      ),
  )
}

/** From when until when, in words. */
export function span({ words, reading: { language } }: Scene, start: Date, end: Date): string {
  const hours = Math.ceil((end.getTime() - start.getTime()) / 3_600_000)
  const long =
    hours <= 48
      ? writeCount(hours, words.hours, language)
      : writeCount(daysBetween(start, end), words.days, language)
  return words.until.span(writeInstant(end, language), long)
}

/** What the organisation's own rules add, in sentences. */
export function ruleLines({ policy, request, words }: Scene): string[] {
  const { conditions } = policy
  const ranges = conditions.ip_allow ?? []
  return [
    ...(policy.dual_approval && request.status === 'open' ? [words.rules.two] : []),
    ...(conditions.ip_mode === 'enforce' && ranges.length > 0 ? [words.rules.from(ranges.join(', '))] : []),
    ...(conditions.hours ? [words.rules.hours] : []),
  ]
}
