// Uploads a file with the library as it is: breaks off in the middle, resumes as a new client would, finishes.
// Takes { endpoint, token, file, name, breakAt } as its argument and prints { url, resumedAt }.
const { readFileSync } = require('node:fs');
const { Upload } = require('tus-js-client');

const { endpoint, token, file, name, breakAt } = JSON.parse(process.argv[2]);
const bytes = readFileSync(file);

function upload(options) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(bytes, {
      endpoint,
      headers: { Authorization: `Bearer ${token}` },
      metadata: { filename: name },
      retryDelays: null,
      onSuccess: () => resolve(upload.url),
      onError: reject,
      ...options(() => upload, resolve),
    });
    upload.start();
  });
}

async function run() {
  const url = await upload((current, resolve) => ({
    chunkSize: 1_000_000,
    onProgress: async (sent) => {
      if (sent <= breakAt) return;
      await current().abort(); // in the middle of a request
      resolve(current().url);
    },
  }));
  let resumedAt = null;
  await upload(() => ({
    endpoint: null,
    uploadUrl: url,
    onProgress: (sent) => (resumedAt ??= sent),
  }));
  console.log(JSON.stringify({ url, resumedAt }));
}

run().catch((failure) => {
  console.error(failure);
  process.exit(1);
});
