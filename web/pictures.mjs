// Pictures of a clip, decoded one by one from a file of JPEGs that lie end to end (ui.dreamdance_scene's `frames`).

const KEPT = 24; // decoded pictures: a whole clip would be gigabytes

export class Pictures {
  constructor(url, sizes) {
    this.url = url;
    let end = 0;
    this.parts = sizes.map((size) => [end, (end += size)]);
    this.decoded = new Map(); // index: promise of an ImageBitmap, oldest first
  }

  async file() {
    this.loading ??= fetch(this.url).then((answer) => {
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      return answer.blob();
    });
    return this.loading;
  }

  async at(index) {
    let made = this.decoded.get(index);
    if (!made) {
      made = this.file().then((file) => {
        return createImageBitmap(file.slice(...this.parts[index], "image/jpeg"));
      });
    }
    this.decoded.delete(index); // becomes the newest
    this.decoded.set(index, made);
    if (this.decoded.size > KEPT) this.decoded.delete(this.decoded.keys().next().value);
    return made;
  }
}
