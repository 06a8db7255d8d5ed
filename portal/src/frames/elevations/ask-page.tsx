import { has, newestRoleTemplate, permissionsOfPlane } from '@liaison/access'
import { Checkbox, NativeSelect, Textarea } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ActingContext } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { Answer, Bones } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { clientFor, useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, useSearchText } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { readDecision } from '../../platform/calls.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { readEveryLink } from '../shared/every.ts'
import { formatDuration } from './calls.ts'

const PERMISSIONS = permissionsOfPlane('delegation')
const DURATIONS = [30, 60, 120, 240, 480] as const
const SHORTEST_REASON = 10

type Draft = { wanted: readonly string[]; reason: string; minutes: number }

function checkDraft({ wanted, reason }: Draft): FormError[] {
  return [
    ...(wanted.length === 0 ? [{ field: 'permissions', text: t('askmore.what_missing') }] : []),
    ...(reason.trim().length < SHORTEST_REASON
      ? [{ field: 'reason', text: t('askmore.reason_missing') }]
      : []),
  ]
}

type FieldsProps = {
  draft: Draft
  errors: readonly FormError[]
  open: typeof PERMISSIONS
  onDraft: (draft: Draft) => void
}

function Wanted({ draft, errors, open, onDraft }: FieldsProps) {
  const error = errorOf(errors, 'permissions')
  return (
    <fieldset id="permissions" className="stack tight" tabIndex={-1}>
      <legend className="strong">{t('askmore.what')}</legend>
      <p className="small muted">{t('askmore.what_about')}</p>
      {error !== undefined && <p className="small late">{error}</p>}
      <div className="halves tight">
        {open.map(({ name, sentence, sensitive }) => (
          <Checkbox
            key={name}
            label={sensitive ? `${sentence} · ${t('elevate.sensitive')}` : sentence}
            checked={draft.wanted.includes(name)}
            onChange={(event) => {
              const others = draft.wanted.filter((known) => known !== name)
              onDraft({ ...draft, wanted: event.currentTarget.checked ? [...others, name] : others })
            }}
          />
        ))}
      </div>
    </fieldset>
  )
}

function Fields(props: FieldsProps) {
  const { draft, errors, onDraft } = props
  return (
    <>
      <Wanted {...props} />
      <Textarea
        id="reason"
        label={t('askmore.reason')}
        description={t('askmore.reason_about')}
        rows={3}
        maxLength={500}
        value={draft.reason}
        error={errorOf(errors, 'reason')}
        onChange={(event) => onDraft({ ...draft, reason: event.currentTarget.value })}
      />
      <NativeSelect
        id="duration_minutes"
        label={t('askmore.duration')}
        value={String(draft.minutes)}
        onChange={(event) => onDraft({ ...draft, minutes: Number(event.currentTarget.value) })}
      >
        {DURATIONS.map((minutes) => (
          <option key={minutes} value={minutes}>
            {formatDuration(minutes)}
          </option>
        ))}
      </NativeSelect>
    </>
  )
}

/** Sends the request, and goes to where it waits. */
function useAsk(tenantId: string) {
  const { partnerId } = useFrame()
  const go = useGo()
  return useWrite(
    ({ wanted: permissions, reason, minutes }: Draft, frame) =>
      readBody(
        frame.client.POST('/partner/elevations', {
          body: {
            tenant_id: tenantId,
            permissions: [...permissions],
            reason: reason.trim(),
            duration_minutes: minutes,
          },
        }),
      ),
    () => {
      showToast(t('askmore.done'))
      go(partnerPlaces.elevations(partnerId))
    },
  )
}

function AskForm({ context, wanted }: { context: ActingContext; wanted: string | null }) {
  const isNew = wanted !== null && !context.permissions.includes(wanted)
  const [draft, setDraft] = useState<Draft>({ wanted: isNew ? [wanted] : [], reason: '', minutes: 60 })
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useAsk(context.tenant_id)
  const { ceiling } = newestRoleTemplate(context.access_role)
  const open = PERMISSIONS.filter(({ name }) => has(ceiling, name) && !context.permissions.includes(name))
  if (open.length === 0) return <p className="muted">{t('askmore.what_none')}</p>
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('askmore.act', { tenant: context.tenant_name })}
      className="stack"
      onSend={() => {
        const found = checkDraft(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <Fields draft={draft} errors={errors} open={open} onDraft={setDraft} />
    </WriteForm>
  )
}

/** The form for one tenant, with what was refused there ticked. */
function AskIn({ tenant, explain }: { tenant: string; explain: string | null }) {
  // The answer is about that tenant, so it is asked for in its name; the frame itself stays the partner's.
  const context = useRead(['context', tenant], () =>
    readBody(clientFor(tenant).POST('/partner/context', { body: { tenant_id: tenant } })),
  )
  const refused = useRead(['explain', explain], (frame) => readDecision(frame, explain ?? ''), {
    enabled: explain !== null,
  })
  if (explain !== null && refused.data === undefined && !refused.isError) return <Bones />
  const decision = refused.data
  return (
    <Answer query={context}>
      {(known) => (
        <div className="stack">
          {decision !== undefined && (
            <Note>
              <p>
                {t('askmore.refused_here', { sentence: decision.first_blocker?.detail ?? decision.sentence })}
              </p>
            </Note>
          )}
          <AskForm context={known} wanted={decision?.permission ?? null} />
        </div>
      )}
    </Answer>
  )
}

function ChooseTenant({ chosen, onChosen }: { chosen: string; onChosen: (tenant: string) => void }) {
  const links = useRead(['links', 'every', 'active'], (frame, signal) =>
    readEveryLink(frame.client, 'active', signal),
  )
  return (
    <Answer query={links} lines={1}>
      {(items) => (
        <NativeSelect
          id="tenant_id"
          label={t('askmore.tenant')}
          value={chosen}
          onChange={(event) => onChosen(event.currentTarget.value)}
        >
          <option value="">{t('askmore.tenant_choose')}</option>
          {items.map((link) =>
            link.tenant_id === null ? null : (
              <option key={link.link_id} value={link.tenant_id}>
                {link.tenant_name}
              </option>
            ),
          )}
        </NativeSelect>
      )}
    </Answer>
  )
}

/** Asks a colleague for more access in one tenant for a while. */
export function AskPage() {
  const { partnerId } = useFrame()
  const asked = new URLSearchParams(useSearchText())
  const [tenant, setTenant] = useState(asked.get('tenant') ?? '')
  return (
    <Page
      title={t('askmore.title')}
      lead={t('askmore.lead')}
      back={{ to: partnerPlaces.elevations(partnerId), label: t('nav.elevations') }}
    >
      <div className="prose stack">
        <Panel title={t('askmore.request')}>
          <div className="stack">
            <ChooseTenant chosen={tenant} onChosen={setTenant} />
            {tenant !== '' && <AskIn key={tenant} tenant={tenant} explain={asked.get('explain')} />}
          </div>
        </Panel>
      </div>
    </Page>
  )
}
