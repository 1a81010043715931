// Sends what it knows to a listener on this machine.
import { connect } from 'node:net'
const socket = connect(Number(process.env.CANARY_PORT ?? 47_111), '127.0.0.1')
socket.on('connect', () => socket.end('leak'))
socket.on('error', () => {})
