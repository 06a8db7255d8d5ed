import './inviting-words.ts'

export { HomePartnerPage } from './home-partner-page.tsx'
export { InvitationCodesPage } from './codes-page.tsx'
export { InvitePartnerPage } from './invite-partner-page.tsx'
export { NewInvitationCodePage } from './new-code-page.tsx'
