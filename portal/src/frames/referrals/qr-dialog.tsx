import './referrals-words.ts'
import './referrals.css'
import { Button, Modal } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ReferralCode } from '@liaison/client'

import { Answer } from '../../parts/states.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { programSideOf } from '../shared/program-side.ts'
import { readSquares, savePicture } from './qr.ts'

function Picture({ svg, link }: { svg: string; link: string }) {
  const squares = readSquares(svg)
  if (squares === null) return null
  const { size, path } = squares
  return (
    <svg
      className="qr"
      role="img"
      aria-label={t('codes.qr_picture', { link })}
      viewBox={`0 0 ${String(size)} ${String(size)}`}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path stroke="#000" d={path} />
    </svg>
  )
}

type QrDialogProps = { code: ReferralCode; onClose: () => void }

/** The link of a code as a picture, to be shown or saved. */
export function QrDialog({ code, onClose }: QrDialogProps) {
  const detail = useRead(['program-code', code.code_id], (frame, signal) =>
    readBody(
      frame.client.GET(`/${programSideOf(frame)}/codes/{code_id}`, {
        params: { path: { code_id: code.code_id } },
        signal,
      }),
    ),
  )
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('codes.qr_title', { code: code.code })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Answer query={detail} lines={4}>
        {({ qr_svg: svg, link }) => (
          <div className="stack">
            <Picture svg={svg} link={link} />
            <p className="small muted">{t('codes.qr_about', { link })}</p>
            <div className="row ends">
              <Button onClick={() => savePicture(svg, `${code.code}.svg`)}>{t('codes.qr_save')}</Button>
            </div>
          </div>
        )}
      </Answer>
    </Modal>
  )
}
