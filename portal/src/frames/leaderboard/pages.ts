import './leaderboard-words.ts'

export { AllLeaderboardPage } from './all-leaderboard-page.tsx'
export { OwnLeaderboardPage } from './own-leaderboard-page.tsx'
