import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { PermissionList } from '../../parts/permission-list.tsx'
import { useActing } from '../../platform/frame.ts'
import { placeToReturnTo } from '../../platform/last-place.ts'
import { useGo } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import type { OwnVisit } from './use-visit.ts'

const longestReason = 500

/** Whether entering this tenant is asked about first: where one can change something, and where a reason is wanted. */
export function needsGate(acting: { writes: boolean; read_reason_required: boolean }): boolean {
  return acting.writes || acting.read_reason_required
}

type EntryFormProps = { visit: OwnVisit; isAgain: boolean }

/** The reason and the two ways on. It stays in sight however long the list above it is. */
function EntryForm({ visit, isAgain }: EntryFormProps) {
  const { acting, partnerId } = useActing()
  const go = useGo()
  const [reason, setReason] = useState(visit.reason)
  const [isMissing, setMissing] = useState(false)
  const tenant = acting.tenant_name
  const isRequired = acting.read_reason_required
  return (
    <form
      data-unkept=""
      className="gate-foot"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const missing = isRequired && reason.trim() === ''
        setMissing(missing)
        if (!missing) visit.enter.mutate(reason.trim())
      }}
    >
      <WriteProblem error={visit.enter.error} />
      <TextInput
        id="reason"
        label={t(isRequired ? 'gate.reason' : 'gate.reason_optional')}
        description={isRequired ? t('gate.reason_about', { tenant }) : undefined}
        value={reason}
        maxLength={longestReason}
        error={isMissing ? t('gate.reason_missing', { tenant }) : undefined}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className="row">
        <Button type="button" variant="default" onClick={() => go(placeToReturnTo(partnerId))}>
          {t('gate.stay')}
        </Button>
        <Button type="submit" loading={visit.enter.isPending}>
          {t(isAgain ? 'gate.again' : 'gate.enter', { tenant })}
        </Button>
      </div>
    </form>
  )
}

/** Shown before one comes in: what one is about to be able to do, who sees it, and why one comes. */
export function EntryGate({ visit }: { visit: OwnVisit }) {
  const { acting } = useActing()
  const tenant = acting.tenant_name
  return (
    <Page title={t('gate.title', { tenant })} lead={t('gate.lead', { tenant, role: acting.role_title })}>
      <div className="stack">
        <Note tone="attention">
          <p>
            {t('gate.seen', { tenant })} {t('gate.never')}
          </p>
        </Note>
        <div className="panel">
          <PermissionList can={acting.can} cannot={acting.cannot} who={t('gate.you')} />
        </div>
        <EntryForm visit={visit} isAgain={false} />
      </div>
    </Page>
  )
}

/** Shown when the time of a visit is over; what was typed waits behind it. */
export function AgainGate({ visit }: { visit: OwnVisit }) {
  const { acting } = useActing()
  const tenant = acting.tenant_name
  return (
    <Page title={t('gate.over_title', { tenant })} lead={t('gate.over_lead')}>
      <EntryForm visit={visit} isAgain />
    </Page>
  )
}
