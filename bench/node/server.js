// A server with no exits, as one would tune it: fastify, the runtime's own Node package, a process for each core, and one
// thread of the runtime in each. The body of a request is an input's float32 values, little-endian; the answer is a class.
//
//     node server.js MODEL PORT PROCESSES
import cluster from 'node:cluster'
import fastify from 'fastify'
import ort from 'onnxruntime-node'

const [model, port, processes] = process.argv.slice(2)

if (cluster.isPrimary) {
  lead()
} else {
  await serve()
}

// lead starts the processes and says when all of them listen: connections that come before would all go to the first.
function lead() {
  let listening = 0
  cluster.on('listening', () => {
    if (++listening === Number(processes)) console.log('ready')
  })
  cluster.on('exit', (worker, code) => process.exit(code || 1))
  for (let i = 0; i < Number(processes); i++) cluster.fork()
}

async function serve() {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  })
  const input = session.inputNames[0]
  const output = session.outputNames[0]
  const shape = session.inputMetadata[0].shape.map((extent) => (typeof extent === 'number' ? extent : 1))

  const app = fastify({ logger: false, keepAliveTimeout: 3600_000 })
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (request, body, done) => done(null, body))
  app.post('/', {
    schema: {
      response: {
        200: { type: 'object', properties: { class: { type: 'integer' }, confidence: { type: 'number' } } },
      },
    },
  }, async (request) => {
    const outputs = await session.run({ [input]: new ort.Tensor('float32', floats(request.body), shape) })
    return answer(outputs[output].data)
  })
  await app.listen({ host: '127.0.0.1', port: Number(port) })
}

// floats reads a body in place where its bytes lie as float32 values must.
function floats(body) {
  if (body.byteOffset % 4 !== 0) body = Uint8Array.from(body)
  return new Float32Array(body.buffer, body.byteOffset, body.byteLength / 4)
}

// answer is the largest logit's class and its probability.
function answer(logits) {
  let best = 0
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i
  let sum = 0
  for (const logit of logits) sum += Math.exp(logit - logits[best])
  return { class: best, confidence: 1 / sum }
}
