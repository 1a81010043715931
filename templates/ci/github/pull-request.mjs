// Opens a pull request for the champion's branch, or renews the one that is open. Reads BRANCH, INTO, TOKEN, REPORTS and what GitHub sets.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const { BRANCH, INTO, TOKEN, REPORTS, GITHUB_API_URL, GITHUB_REPOSITORY } = process.env
const pulls = `${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/pulls`
const [title] = readFileSync(join(REPORTS, 'champion.txt'), 'utf8').split('\n')
const body = readFileSync(join(REPORTS, 'summary.md'), 'utf8').slice(0, 60_000)

async function ask(method, address, content) {
  const reply = await fetch(address, {
    method,
    headers: {
      Accept: 'application/vnd.github+json',
      Authorization: `Bearer ${TOKEN}`,
      'X-GitHub-Api-Version': '2022-11-28',
      'Content-Type': 'application/json',
    },
    ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    signal: AbortSignal.timeout(60_000),
  })
  if (reply.ok) return reply.json()
  process.stderr.write(`GitHub refuses the pull request (${reply.status}): ${(await reply.text()).slice(0, 500)}
What to do: give the job \`permissions: {contents: write, pull-requests: write}\`, and let Actions open pull requests (Settings, Actions, General).\n`)
  process.exit(1)
}

const owner = GITHUB_REPOSITORY.split('/')[0]
const search = new URLSearchParams({ state: 'open', head: `${owner}:${BRANCH}`, base: INTO })
const [open] = await ask('GET', `${pulls}?${search}`)
const made = open
  ? await ask('PATCH', `${pulls}/${open.number}`, { title, body })
  : await ask('POST', pulls, { title, body, head: BRANCH, base: INTO })
process.stdout.write(`Pull request ${made.number}: ${made.html_url}\n`)
