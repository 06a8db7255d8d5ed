import './vouchers-words.ts'
import { Button, Modal } from '@mantine/core'
import type { VoucherType } from '@liaison/client'
import { useMemo, useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readTypes } from './calls.ts'
import { TypeForm } from './type-form.tsx'

function toColumns(onChange: ((type: VoucherType) => void) | null): Column<VoucherType>[] {
  return [
    {
      id: 'label',
      header: t('vtypes.label'),
      cell: (type) => (
        <>
          <span className="strong">{type.label}</span>
          <br />
          <code className="small muted">{type.code}</code>
        </>
      ),
    },
    { id: 'valid', header: t('vtypes.valid'), cell: (type) => t('vtypes.days', { days: type.valid_days }) },
    {
      id: 'second',
      header: t('vtypes.second'),
      cell: (type) => (
        <>
          {t(`vtypes.policy.${type.duplicate_policy}`)}
          {type.duplicate_policy === 'refuse' && (
            <>
              <br />
              <span className="small muted">{t('vtypes.days', { days: type.duplicate_window_days })}</span>
            </>
          )}
        </>
      ),
    },
    {
      id: 'active',
      header: t('vtypes.active'),
      cell: (type) => t(type.is_active ? 'vtypes.yes' : 'vtypes.no'),
    },
    {
      id: 'acts',
      header: '',
      cell: (type) =>
        onChange && (
          <button type="button" className="row-tool" onClick={() => onChange(type)}>
            {t('vtypes.change')}
            <span className="unseen"> {type.label}</span>
          </button>
        ),
    },
  ]
}

type Open = VoucherType | 'new' | null

function TypeDialog({ open, onClose }: { open: Open; onClose: () => void }) {
  if (open === null) return null
  const title = open === 'new' ? t('vtypes.new') : t('vtypes.change_title', { type: open.label })
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <TypeForm type={open === 'new' ? null : open} onClose={onClose} />
    </Modal>
  )
}

/** The types of vouchers of the organisation, and the form that adds and changes one. */
export function TypesPage() {
  const mayManage = useMay('tenant.voucher_types.manage')
  const types = useRead(['voucher-types'], readTypes)
  const [open, setOpen] = useState<Open>(null)
  const columns = useMemo(() => toColumns(mayManage ? setOpen : null), [mayManage])
  return (
    <Page
      title={t('vtypes.title')}
      lead={t('vtypes.lead')}
      tools={
        mayManage && (
          <Button data-new="" onClick={() => setOpen('new')}>
            {t('vtypes.new')}
          </Button>
        )
      }
    >
      <Answer query={types} lines={5}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="list">
              <Empty title={t('vtypes.none')} text={t('vtypes.none_text')} />
            </div>
          ) : (
            <DataTable
              caption={t('vtypes.title')}
              columns={columns}
              rows={items}
              rowId={(type) => type.voucher_type_id}
            />
          )
        }
      </Answer>
      <TypeDialog open={open} onClose={() => setOpen(null)} />
    </Page>
  )
}
