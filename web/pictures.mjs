// Pictures of a clip, decoded one by one from a file of JPEGs that lie end to end (ui.dreamdance_scene's `frames`).

const KEPT = 24; // decoded pictures: a whole clip would be gigabytes

export class Pictures {
  constructor(url, sizes) {
    this.url = url;
    let end = 0;
    this.parts = sizes.map((size) => [end, (end += size)]);
    this.decoded = new Map(); // index: promise of an ImageBitmap, oldest first
  }

  file() {
    if (!this.loading) {
      this.loading = fetch(this.url).then((answer) => {
        if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
        return answer.blob();
      });
      this.loading.catch(() => (this.loading = null)); // a failed download may be tried again
    }
    return this.loading;
  }

  decode(index) {
    const made = this.file().then((file) => createImageBitmap(file.slice(...this.parts[index], "image/jpeg")));
    made.catch(() => {
      if (this.decoded.get(index) === made) this.decoded.delete(index); // may be tried again too
    });
    return made;
  }

  // To be drawn as soon as it is there, not kept: it is closed once 24 others were asked for. Not an async function:
  // that would hand the picture on late, after it may have been closed.
  at(index) {
    const made = this.decoded.get(index) ?? this.decode(index);
    this.decoded.delete(index); // becomes the newest
    this.decoded.set(index, made);
    if (this.decoded.size > KEPT) this.drop(this.decoded.keys().next().value);
    return made;
  }

  drop(index) {
    const made = this.decoded.get(index);
    this.decoded.delete(index);
    const close = (bitmap) => bitmap.close(); // its memory would wait for the garbage collector
    made.then(close, () => {});
  }

  close() {
    for (const index of [...this.decoded.keys()]) this.drop(index);
  }
}
