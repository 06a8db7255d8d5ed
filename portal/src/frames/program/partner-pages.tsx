import './program-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ReferralCode } from '@liaison/client'
import { useMemo, useState } from 'react'

import { useFilters } from '../../parts/filter-bar.tsx'
import { Empty } from '../../parts/states.tsx'
import { mayBegin, useFrame, useMay } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { ACTS } from '../../acts.ts'
import { platformPlaces } from '../../places.ts'
import { toColumns as toAgreementColumns } from '../agreements/agreement-columns.tsx'
import { toColumns as toCodeColumns, useMakeCode } from '../referrals/code-columns.tsx'
import { CodeForm } from '../referrals/code-form.tsx'
import { QrDialog } from '../referrals/qr-dialog.tsx'
import { PartnerTab } from '../registry/partner-tab.tsx'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'

const spec = { page: pageField() }

function AgreementsOf({ id }: { id: string }) {
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const agreements = useRead(
    ['agreements', 'partner', id, query],
    (frame, signal) =>
      readBody(
        frame.client.GET('/admin/partners/{partner_id}/agreements', {
          params: { path: { partner_id: id }, query },
          signal,
        }),
      ),
    { keep: true },
  )
  const columns = useMemo(() => toAgreementColumns({ ofAll: false, addressOf: platformPlaces.agreement }), [])
  return (
    <PagedTable
      query={agreements}
      lines={4}
      caption={t('tab.agreements')}
      columns={columns}
      rowId={(row) => row.agreement_id}
      empty={
        <Empty title={t('partner_program.no_agreement')} text={t('partner_program.no_agreement_text')} />
      }
      onPage={(page) => set({ page })}
    />
  )
}

/** Every version of the agreements with one partner. */
export function PartnerAgreementsPage() {
  const go = useGo()
  const mayDraft = mayBegin(useFrame(), ACTS['platform.agreement'])
  return (
    <PartnerTab tab="agreements">
      {({ partner_id: id, status }) => (
        <>
          {mayDraft && status === 'active' && (
            <div>
              <Button onClick={() => go(`${platformPlaces.newAgreement()}?partner=${id}`)}>
                {t('partner_program.draft')}
              </Button>
            </div>
          )}
          <AgreementsOf id={id} />
        </>
      )}
    </PartnerTab>
  )
}

type MakeCodeProps = { partnerId: string; onClose: () => void }

function MakeCode({ partnerId, onClose }: MakeCodeProps) {
  const make = useMakeCode(onClose, partnerId)
  const settings = useRead(['referral-settings', 'hosts'], (frame, signal) =>
    readBody(frame.client.GET('/admin/referral-settings', { signal })),
  )
  return (
    <CodeForm
      hosts={settings.data?.allowed_hosts ?? []}
      isBusy={make.isPending}
      error={make.error}
      onMake={(draft) => make.mutate(draft)}
      onClose={onClose}
    />
  )
}

function CodesOf({ id, mayManage }: { id: string; mayManage: boolean }) {
  const [shown, setShown] = useState<ReferralCode | 'form' | null>(null)
  const { values, set } = useFilters(spec)
  const query = { ...pagingQuery(values.page), partner_id: id }
  const codes = useRead(
    ['codes-of', query],
    (frame, signal) => readBody(frame.client.GET('/admin/codes', { params: { query }, signal })),
    { keep: true },
  )
  const columns = useMemo(() => toCodeColumns(mayManage, setShown), [mayManage])
  const close = () => setShown(null)
  return (
    <>
      <div className="row">
        {mayManage && <Button onClick={() => setShown('form')}>{t('partner_program.make_code')}</Button>}
        <GoLink to={`${platformPlaces.referrals()}?partner=${id}`}>{t('partner_program.referrals')}</GoLink>
      </div>
      <PagedTable
        query={codes}
        lines={4}
        caption={t('tab.codes')}
        columns={columns}
        rowId={(code) => code.code_id}
        empty={<Empty title={t('partner_program.no_code')} text={t('partner_program.no_code_text')} />}
        onPage={(page) => set({ page })}
      />
      {shown === 'form' && <MakeCode partnerId={id} onClose={close} />}
      {shown !== null && shown !== 'form' && <QrDialog code={shown} onClose={close} />}
    </>
  )
}

/** The codes of one partner; the provider can make one on its behalf, which only its owners then see. */
export function PartnerCodesPage() {
  const mayManage = useMay('platform.referrals.manage')
  return (
    <PartnerTab tab="codes">
      {({ partner_id: id, status }) => <CodesOf id={id} mayManage={mayManage && status === 'active'} />}
    </PartnerTab>
  )
}
