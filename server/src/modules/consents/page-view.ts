import { encodeId } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { writeDay, writeInstant } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { button, facts, hiddenField, notice, postForm, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { resultOf } from './decide.ts'
import { currenciesOf, limitSentences, limitSentencesOf, writtenLimits } from './order-limits.ts'
import { accountTicks, idOfAccount } from './account-ticks.ts'
import {
  accountLines,
  actionTicks,
  backPath,
  boundField,
  networksField,
  canList,
  cannotList,
  chosenIn,
  goesBackTo,
  howToStop,
  isOwn,
  nameNotice,
  pathOf,
  receiptPath,
  ruleLines,
  span,
  whoAsks,
} from './page-parts.ts'
import type { Ticked } from './page-parts.ts'
import { networksSentence } from './networks.ts'
import { agreementLine, supportLink } from './party.ts'
import { boundSentence } from './revocation-bound.ts'
import { lastDayOf, mayOrder } from './rules.ts'
import { checkedTokenOf, findBlock, shownTokenOf } from './scene.ts'
import type { Scene } from './scene.ts'
import type { Choice, ConsentRow } from './tables.ts'

/** What a page of the request is shown with; `form` where its other languages need a form to be sent again. */
function framed(
  scene: Scene,
  rest: 'review' | 'check' | 'done',
  more: { readonly errors?: readonly FieldError[] | undefined; readonly form?: string | undefined } = {},
) {
  const { mandate, reading } = scene
  return {
    language: reading.language,
    otherLanguages: {
      path: (language: Language) => pathOf(chosenIn(scene, language), rest),
      form: more.form,
    },
    frame: { kind: 'org' as const, name: mandate.tenant.name },
    signedInAs: mandate.actor.name,
    width: 'reading' as const,
    errors: more.errors ?? [],
  }
}

/** The question of the first page. */
function titleOf({ askedNow, partner, request, mandate, words: { titles } }: Scene): string {
  return askedNow ? titles.now(partner.name) : titles[request.grant_action](partner.name, mandate.tenant.name)
}

const instant = ({ reading }: Scene, at: Date): string => writeInstant(at, reading.language)

/** What somebody who approves at short notice must know: the words are not what is enforced, and what was allowed before stays. */
function nowNotice({ askedNow, partner, offered, words }: Scene): Html {
  if (!askedNow) return html``
  return notice(
    'attention',
    html`<p>${mayOrder(offered) ? words.now.orders : words.now.acts} ${words.now.stays(partner.name)}</p>`,
  )
}

function declineForm(scene: Scene): Html {
  return postForm(
    pathOf(scene, 'done'),
    html`${hiddenField('decision', 'decline')}${button(scene.words.buttons.decline, 'plain')}`,
  )
}

/** What was said under a title, where something was: how soon a stop counts, from where calls may come. */
function saidFact<Told>(title: string, told: Told | undefined): readonly (readonly [string, Told])[] {
  return told === undefined ? [] : [[title, told]]
}

/** What bounds a consent besides its actions, accounts and end. */
function boundFacts(
  { words, reading }: Scene,
  bounds: Pick<Choice, 'max_revocation_seconds' | 'networks'>,
): readonly (readonly [string, string])[] {
  return [
    ...saidFact(words.bound.title, boundSentence(bounds.max_revocation_seconds ?? null, reading.language)),
    ...saidFact(words.networks.title, networksSentence(bounds.networks, reading.language)),
  ]
}

function beforeFacts(scene: Scene, before: ConsentRow): Html {
  const words = scene.words.before
  return facts([
    [words.can, canList(scene, before.actions)],
    ...limitSentences(before, currenciesOf(before.card.accounts), scene.reading.language).map(
      (sentence) => [scene.words.receipt.orders, sentence] as const,
    ),
    [words.on, html`${before.card.accounts.map(({ name, ban }) => `${name ?? ''} (${ban})`).join(', ')}`],
    [words.until, instant(scene, before.ends_at)],
    ...boundFacts(scene, { ...before, networks: before.card.networks ?? [] }),
  ])
}

function changeIntro(scene: Scene): Html {
  const { request, before, words } = scene
  if (!before) return html``
  return html`<h2>${words.before.title}</h2>
    ${beforeFacts(scene, before)}
    <p>${request.grant_action === 'merge' ? words.before.merge : words.before.replace}</p>`
}

/** The page of a request that cannot be allowed: who asks, and what stands against it. */
function blockedPage(scene: Scene, block: string): HtmlPage {
  const isOpen = scene.request.ends_at > scene.mandate.origin.now
  const body = html`${nameNotice(scene)} ${notice('bad', html`<p>${block}</p>`)} ${whoAsks(scene)}
    <div class="buttons">
      ${isOpen && declineForm(scene)}${isOwn(scene) && !isOpen && html`<a class="button" href="${backPath(scene)}">${scene.words.buttons.back}</a>`}
    </div>`
  return showPage(scene.words.blocked(scene.partner.name), body, { ...framed(scene, 'review'), status: 409 })
}

/** How the first page came to be shown. */
interface Reviewing {
  readonly token: string
  readonly mayApprove: boolean
  readonly errors?: readonly FieldError[]
  readonly ticked?: Ticked
  /** Whether it is shown again to be changed, and not for a fault. */
  readonly isChanging?: boolean
  readonly status?: HtmlPage['status']
}

function chooseFields(scene: Scene, { token, errors = [], ticked }: Reviewing): Html {
  const { words, reading } = scene
  const lastDay = {
    name: 'ends_on',
    label: words.until.label,
    hint: words.until.hint(writeDay(new Date(scene.latest.getTime() - 1), reading.language)),
    type: 'date',
    value: ticked?.lastDay ?? lastDayOf(scene.latest),
    isOptional: true,
    look: 'short',
  } as const
  return html`${hiddenField('shown', token)} ${accountTicks(scene, ticked ?? null, errors)}
    ${actionTicks(scene, ticked ?? null, errors)}
    <h2>${words.until.title}</h2>
    ${scene.askedNow ? html`<p>${span(scene, scene.mandate.origin.now, scene.latest)}</p>` : textField(lastDay, errors)}
    ${networksField(scene, ticked ?? null, errors)} ${boundField(scene, ticked ?? null, errors)}
    ${limits(scene)}
    <div class="buttons">
      ${button(words.buttons.goOn, 'plain')}<button class="button" form="decline">
        ${words.buttons.decline}
      </button>
    </div>`
}

/** What it never can, and how the organisation keeps the upper hand. */
function limits(scene: Scene): Html {
  const rules = ruleLines(scene)
  const words = scene.words.limits
  return html`<h2>${scene.askedNow ? words.titleNow : words.title}</h2>
    ${cannotList(scene, scene.offered)}
    <p>${howToStop(scene)} ${words.leave(scene.mandate.tenant.name)}</p>
    ${rules.length > 0 && html`<p>${rules.join(' ')}</p>`}`
}

function stepUp(scene: Scene): Html {
  return html`${limits(scene)}
    <p>${scene.words.review.confirm}</p>
    <div class="buttons">
      <a class="button main" href="/step-up?return_to=${encodeURIComponent(pathOf(scene, 'review'))}"
        >${scene.words.review.confirmButton}</a
      ><button class="button" form="decline">${scene.words.buttons.decline}</button>
    </div>`
}

const AGAIN = 'again'

/**
 * What a form had sent, to be sent again in another language or to be changed. Without a field that anybody types into, so
 * that no key press sends it.
 */
function sentAgain(
  scene: Scene,
  { accounts, actions, lastDay, limits, stopWithin, networks, find }: Ticked,
  isChanging = false,
): Html {
  return html`<form id="${AGAIN}" method="post" action="${pathOf(scene, 'check')}">
    ${hiddenField('shown', shownTokenOf(scene))}${isChanging && hiddenField('change', '1')}${find !== '' && html`${hiddenField('find', find)}${hiddenField('found', find)}`}${[...accounts].map((id) => hiddenField('account', idOfAccount(id)))}${[...actions].map((action) => hiddenField('action', action))}${[...limits].map(([currency, written]) => html`${hiddenField('limit_currency', currency)}${hiddenField('limit', written)}`)}${hiddenField('ends_on', lastDay)}${hiddenField('stop_within', stopWithin)}${hiddenField('networks', networks)}
  </form>`
}

/** Page one, choose: who asks, on which accounts, for what, until when; one way on, and one out. */
export function reviewPage(scene: Scene, more: Reviewing): HtmlPage {
  const block = findBlock(scene)
  if (block !== null) return blockedPage(scene, block)
  const decline = html`<form id="decline" method="post" action="${pathOf(scene, 'done')}">
    ${hiddenField('decision', 'decline')}
  </form>`
  const { ticked } = more
  const body = html`<p class="lead">
      ${scene.words.review.lead(scene.partner.name, scene.mandate.tenant.name)}
    </p>
    ${nameNotice(scene)} ${whoAsks(scene)} ${nowNotice(scene)} ${changeIntro(scene)}
    ${more.mayApprove ? postForm(pathOf(scene, 'check'), chooseFields(scene, more)) : stepUp(scene)}
    ${decline}${ticked && sentAgain(scene, ticked, more.isChanging)}`
  const { errors } = more
  return showPage(titleOf(scene), body, {
    ...(ticked ? framed(scene, 'check', { errors, form: AGAIN }) : framed(scene, 'review', { errors })),
    ...(more.status !== undefined && { status: more.status }),
  })
}

function decisionForms(scene: Scene, carried: { token: string; choice: string }): Html {
  const allow = html`${hiddenField('decision', 'allow')}${hiddenField('shown', carried.token)}${hiddenField('choice', carried.choice)}${button(scene.words.buttons.allow(scene.partner.name), 'plain')}`
  return html`<div class="buttons even">${declineForm(scene)}${postForm(pathOf(scene, 'done'), allow)}</div>`
}

function tickedOf(choice: Choice): Ticked {
  const { accounts, actions, ends_at: end, order_limits: limits = {} } = choice
  return {
    accounts: new Set(accounts),
    actions: new Set(actions),
    lastDay: lastDayOf(new Date(end)),
    limits: writtenLimits(limits),
    stopWithin: choice.max_revocation_seconds?.toString() ?? '',
    networks: (choice.networks ?? []).join('\n'),
    find: '',
  }
}

/** What orders may cost, each currency on a line of its own; nothing where nothing can be ordered. */
function limitLines(scene: Scene, choice: Choice): readonly Html[] {
  return limitSentencesOf(scene, choice).map((sentence) => html`<p><b>${sentence}</b></p>`)
}

/** Who approved first, or had and decides no more, and until when it waits. */
function firstNotice(scene: Scene, isGone: boolean): Html {
  const { request, words } = scene
  const tell = words.check[isGone ? 'firstGone' : 'second']
  const sentence = tell(request.first_approved_by_name ?? '–', instant(scene, request.ends_at))
  return notice('info', html`<p>${sentence}</p>`)
}

/** Page two, check: sentences only and no inputs, so that no key press in a field can allow anything; then no or yes, alike. */
export function checkPage(scene: Scene, choice: Choice, isFirstGone: boolean): HtmlPage {
  const { partner, request, mandate, words } = scene
  const token = checkedTokenOf(scene)
  const { check } = words
  const result = resultOf(scene, choice)
  const isSecond = request.status === 'waiting'
  const rules = ruleLines(scene)
  const end = new Date(result.ends_at)
  const body = html`${nameNotice(scene)} ${isSecond && firstNotice(scene, isFirstGone)}
    ${(isSecond || scene.askedNow !== null) && whoAsks(scene)} ${nowNotice(scene)} ${changeIntro(scene)}
    <section>
      <h2>${scene.askedNow ? check.canNow(partner.name) : check.can(partner.name)}</h2>
      ${canList(scene, result.actions)} ${limitLines(scene, result)}
    </section>
    <section>
      <h2>${check.accounts}</h2>
      ${accountLines(scene, result.accounts)}
    </section>
    <section>
      <h2>${scene.askedNow ? check.cannotNow(partner.name) : check.cannot(partner.name)}</h2>
      ${cannotList(scene, result.actions)}
    </section>
    ${facts([
      [check.long, span(scene, mandate.origin.now, end)],
      ...boundFacts(scene, result),
      [check.whom, check.whomOnly(mandate.tenant.name)],
      [check.sees, check.seesAll],
      ...(rules.length > 0 ? [[check.rules, rules.join(' ')] as const] : []),
      ...(isSecond || scene.askedNow !== null ? [] : goesBackTo(scene)),
    ])}
    <p>
      ${howToStop(scene)}${!isSecond && html` <button class="link" form="${AGAIN}">${words.buttons.change}</button>`}
    </p>
    ${decisionForms(scene, { token, choice: JSON.stringify(choice) })}
    ${!isSecond && sentAgain(scene, tickedOf(choice), true)}`
  // In another language it is chosen anew: nothing stands here but the decision.
  return showPage(check.title, body, framed(scene, 'review'))
}

/** Words that are kept in the language in which they were shown first: marked where the page is in another. */
function shownIn(language: Language, own: Language = 'en', text = ''): Html {
  return language === own ? html`${text}` : html`<span lang="${own}">${text}</span>`
}

function receipt(scene: Scene): Html {
  const { request, partner, words, reading } = scene
  const { shown } = request
  if (!shown) return html``
  const limits = (shown.limits ?? []).map((sentence) => shownIn(reading.language, shown.language, sentence))
  const reference =
    request.result_id === null
      ? publicIdOf('consent_request', request.id)
      : publicIdOf('consent', request.result_id)
  return facts([
    [
      words.receipt.who,
      words.receipt.with(html`<bdi>${partner.name}</bdi>`, html`<bdi>${shown.client}</bdi>`),
    ],
    ...saidFact(words.who.legal, shown.legal_name && html`<bdi>${shown.legal_name}</bdi>`),
    ...saidFact(words.who.support, shown.support_contact && supportLink(shown.support_contact)),
    ...saidFact(words.who.agreement, shown.agreement && agreementLine(shown.agreement, reading.language)),
    [words.receipt.can, canList(scene, shown.actions)],
    ...(limits.length > 0
      ? [[words.receipt.orders, html`${limits.map((sentence) => html`${sentence} `)}`] as const]
      : []),
    [
      words.receipt.on,
      html`${shown.accounts.map(({ name, ban, pays }) => html`<b>${name}</b>, ${ban}. ${shownIn(reading.language, shown.language, pays)}<br />`)}`,
    ],
    [words.receipt.until, instant(scene, new Date(shown.ends_at))],
    ...saidFact(words.bound.title, shown.stops && shownIn(reading.language, shown.language, shown.stops)),
    ...saidFact(
      words.networks.title,
      shown.networks && shownIn(reading.language, shown.language, shown.networks),
    ),
    [
      words.receipt.by,
      [request.first_approved_by_name, request.decided_by_name]
        .filter((name) => name !== null)
        .reduce((all, name) => (all === '' ? name : words.and(all, name)), '') || '–',
    ],
    [words.receipt.reference, html`<span class="mono">${reference}</span>`],
  ])
}

/**
 * The receipt, or what became of the request. The way back is a link: a redirect after the form would be stopped by the
 * page's own content security policy, and a timed one may not move people on (WCAG 2.2.1).
 */
export function donePage(scene: Scene): HtmlPage {
  const {
    mandate,
    request,
    words: { done, buttons },
  } = scene
  const place = `/org/${encodeId('tenant', mandate.tenant.id)}/access`
  const words = {
    open: html``,
    waiting: html`<p>${done.waitingLead(mandate.tenant.name, instant(scene, request.ends_at))}</p>`,
    approved: html`<p>${howToStop(scene)} ${done.mailed}</p>`,
    denied: html`<p>${done.nothing}</p>`,
    ended: html`<p>${done.nothing} ${done.beginAgain}</p>`,
  }
  const isShown = request.status === 'approved' || request.status === 'waiting'
  const body = html`${isShown && receipt(scene)} ${words[request.status]}
    <div class="buttons">
      ${isOwn(scene) && html`<a class="button main" href="${backPath(scene)}">${buttons.backTo(scene.client.name)}</a>`}<a
        class="button"
        href="${place}"
        >${buttons.see}</a
      >${
        request.status === 'approved' &&
        html`<a class="button" href="${receiptPath(scene)}">${buttons.print}</a>`
      }
    </div>`
  return showPage(done[request.status](scene.partner.name), body, framed(scene, 'done'))
}
