import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { LinkTemplate } from '@liaison/client'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText } from '../../parts/values.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'

function Two({ first, second }: { first: string; second: ReactNode }) {
  return (
    <>
      {first}
      <br />
      <span className="small muted">{second}</span>
    </>
  )
}

function toColumns(partnerId: string): Column<LinkTemplate>[] {
  return [
    {
      id: 'name',
      header: t('template.name'),
      cell: (template) => (
        <GoLink className="thing" to={partnerPlaces.template(partnerId, template.template_id)}>
          {template.name}
        </GoLink>
      ),
    },
    {
      id: 'asks',
      header: t('template.asks'),
      cell: ({ access_role: role, relationship_type: type }) => (
        <Two first={tValue('role', role)} second={tValue('relationship', type)} />
      ),
    },
    {
      id: 'days',
      header: t('template.days'),
      numeric: true,
      cell: ({ duration_days: days }) => (days === null ? '–' : t('request.duration_option', { days })),
    },
    {
      id: 'by',
      header: t('template.by'),
      cell: ({ created_by_name: name, updated_at: at }) => (
        <Two first={name} second={<DateText iso={at} />} />
      ),
    },
    {
      id: 'use',
      header: '',
      cell: (template) => (
        <GoLink
          className="row-tool"
          to={partnerPlaces.askByTemplate(partnerId, template.template_id)}
          aria-label={t('template.use_label', { template: template.name })}
        >
          {t('template.use')}
        </GoLink>
      ),
    },
  ]
}

/** What the partner keeps to ask new tenants for (B14). */
export function TemplatesPage() {
  const { partnerId } = useFrame()
  const go = useGo()
  const mayRequest = useMay('partner_org.links.request')
  const templates = useRead(['link-templates'], (frame, signal) =>
    readBody(frame.client.GET('/partner/link-templates', { signal })),
  )
  const columns = useMemo(() => toColumns(partnerId), [partnerId])
  return (
    <Page
      title={t('templates.title')}
      lead={t('templates.lead')}
      back={{ to: partnerPlaces.links(partnerId), label: t('nav.links') }}
      tools={
        mayRequest && (
          <Button data-new="" onClick={() => go(partnerPlaces.newTemplate(partnerId))}>
            {t('templates.make')}
          </Button>
        )
      }
    >
      <Answer query={templates} lines={5}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="list">
              <Empty title={t('templates.none')} text={t('templates.none_text')} />
            </div>
          ) : (
            <DataTable
              caption={t('templates.title')}
              columns={columns}
              rows={items}
              rowId={(template) => template.template_id}
            />
          )
        }
      </Answer>
    </Page>
  )
}
