import type { ExportRecord } from '@liaison/client'
import { useEffect, useRef } from 'react'

import { showToast } from '../../platform/live.ts'
import { t } from '../../platform/words.ts'
import { isUnderWay } from './calls.ts'

/** Says aloud, and in a toast, when a file that was awaited on this page is ready or was stopped. */
export function useNews(rows: readonly ExportRecord[] | undefined): void {
  const awaited = useRef(new Set<string>())
  useEffect(() => {
    for (const row of rows ?? []) {
      if (isUnderWay(row)) awaited.current.add(row.export_id)
      else if (awaited.current.delete(row.export_id)) {
        const file = row.file_name
        showToast(row.status === 'completed' ? t('exports.ready', { file }) : t('exports.stopped', { file }))
      }
    }
  }, [rows])
}
