// One WebGL view of a scene of Gaussians with its camera path and frustums. Draws only when asked to.
// three.js' world here is the pack's own (OpenCV axes); only the camera is turned, from looking along +z to -z.

import { loadVendor } from "./vendor.mjs";
import { projection } from "./view.mjs";

const INK = { path: 0x7fb8ff, frustum: 0x4d86c6, first: 0x7dd87d, current: 0xffc24d }; // as in the path panel
const BACKDROP = { orbit: 0x15171a, camera: 0x000000 }; // pictures are rendered over black
const LOW_PASS = 0.3; // px^2 at the rendered size: what the pack's rasterizers add to every splat
const MOST_FRUSTUMS = 16;
const SHARPEST = 2; // device pixels per CSS pixel that are drawn at most

// The corners of a camera's picture at distance `reach`, and its centre, in the world.
function frustum({ c2w, K }, width, height, reach) {
  const [[fx, skew, cx], [, fy, cy]] = K;
  const world = (p) => [0, 1, 2].map((i) => c2w[i][0] * p[0] + c2w[i][1] * p[1] + c2w[i][2] * p[2] + c2w[i][3]);
  const corner = (u, v) => {
    const y = (v - cy) / fy;
    return world([((u - cx - skew * y) / fx) * reach, y * reach, reach]);
  };
  return [world([0, 0, 0]), corner(0, 0), corner(width, 0), corner(width, height), corner(0, height)];
}

const EDGES = [[0, 1], [0, 2], [0, 3], [0, 4], [1, 2], [2, 3], [3, 4], [4, 1]];
const edges = (points) => EDGES.flatMap(([a, b]) => [...points[a], ...points[b]]);

function lines(three, positions, colour) {
  const geometry = new three.BufferGeometry();
  geometry.setAttribute("position", new three.Float32BufferAttribute(positions, 3));
  return new three.LineSegments(geometry, new three.LineBasicMaterial({ color: colour }));
}

// What marks the cameras: the path, some frustums, the first one, and the current one with its picture.
class Marks {
  constructor(three, scene) {
    const { cameras, width, height, depth } = scene;
    this.three = three;
    this.scene = scene;
    this.reach = 0.17 * depth;
    this.group = new three.Group();
    const shown = (camera) => frustum(camera, width, height, this.reach);
    const step = Math.max(1, Math.ceil(cameras.length / MOST_FRUSTUMS));
    const others = cameras.filter((_, i) => i % step === 0).flatMap((camera) => edges(shown(camera)));
    this.group.add(lines(three, others, INK.frustum), lines(three, edges(shown(cameras[0])), INK.first));
    if (scene.path) this.addPath();
    this.current = lines(three, edges(shown(cameras[0])), INK.current);
    this.picture = new three.Mesh(
      new three.PlaneGeometry(1, 1),
      new three.MeshBasicMaterial({ side: three.DoubleSide, toneMapped: false }),
    );
    this.picture.visible = false;
    this.group.add(this.current, this.picture);
  }

  addPath() {
    const { three, scene } = this;
    const eyes = scene.cameras.map(({ c2w }) => new three.Vector3(c2w[0][3], c2w[1][3], c2w[2][3]));
    const apart = eyes.filter((p, i) => i === 0 || p.distanceTo(eyes[i - 1]) > 1e-5 * scene.depth);
    if (apart.length < 2) return; // the camera only turns
    const tube = new three.TubeGeometry(new three.CatmullRomCurve3(apart), 2 * apart.length, 0.006 * scene.depth, 6);
    this.group.add(new three.Mesh(tube, new three.MeshBasicMaterial({ color: INK.path })));
  }

  select(index) {
    const { cameras, width, height } = this.scene;
    const points = frustum(cameras[index], width, height, this.reach);
    this.current.geometry.setAttribute("position", new this.three.Float32BufferAttribute(edges(points), 3));
    this.current.geometry.computeBoundingSphere();
    const [, a, b, c, d] = points;
    const plane = this.picture.geometry;
    plane.setAttribute("position", new this.three.Float32BufferAttribute([...d, ...c, ...a, ...b], 3));
    plane.computeBoundingSphere();
  }

  // picture: a canvas. Read when it is first drawn from outside, so it must go on showing the current picture.
  show(picture) {
    const material = this.picture.material;
    material.map?.dispose();
    material.map = new this.three.CanvasTexture(picture);
    material.map.colorSpace = this.three.SRGBColorSpace;
    material.map.flipY = false; // the plane's first two corners are the picture's lower ones
    material.needsUpdate = true;
    this.picture.visible = true;
  }
}

export class Viewer {
  // scene: {cameras: [{c2w, K}], width, height, depth, path}; splats: bytes of a .splat file
  static async open(canvas, scene, splats) {
    const { three, spark } = await loadVendor();
    const viewer = new Viewer(three, canvas, scene);
    try {
      viewer.build(spark, scene);
      await viewer.load(spark, splats);
    } catch (error) {
      viewer.close();
      throw error;
    }
    return viewer;
  }

  // The renderer comes last: from then on close() must be called, whatever fails.
  constructor(three, canvas, scene) {
    this.three = three;
    this.near = 0.01 * scene.depth;
    this.far = 1000 * scene.depth;
    this.camera = new three.PerspectiveCamera();
    this.camera.matrixAutoUpdate = false;
    this.turn = new three.Matrix4().makeScale(1, -1, -1);
    this.world = new three.Scene();
    this.renderer = new three.WebGLRenderer({ canvas, antialias: false });
  }

  build(spark, scene) {
    this.marks = new Marks(this.three, scene);
    // Sorted by planar depth in full precision, as the rasterizers do; sorting is asked for, not automatic.
    const view = { sortRadial: false, sort32: true };
    this.spark = new spark.SparkRenderer({ renderer: this.renderer, autoUpdate: false, maxStdDev: 3, view });
    this.spark.defaultView.setAutoUpdate(false);
    this.world.add(this.spark, this.marks.group);
  }

  async load(spark, splats) {
    this.splats = new spark.SplatMesh({ fileBytes: splats, fileType: spark.SplatFileType.SPLAT });
    await this.splats.initialized;
    this.world.add(this.splats);
    this.fresh = true; // Spark copies the splats at the next sort
  }

  // view: {c2w, K, width, height, scale, orbit}: K in CSS pixels of the canvas, scale = its pixels per rendered pixel.
  // Drawn at once in the last order of the splats, and again as soon as they are sorted for this view.
  async draw(view) {
    const { renderer, camera, spark, three } = this;
    const sharpness = Math.min(window.devicePixelRatio || 1, SHARPEST);
    const size = renderer.getSize(new three.Vector2());
    if (size.x !== view.width || size.y !== view.height || renderer.getPixelRatio() !== sharpness) {
      renderer.setPixelRatio(sharpness);
      renderer.setSize(view.width, view.height, false);
    }
    camera.matrix.set(...view.c2w.flat()).multiply(this.turn);
    camera.updateMatrixWorld(true);
    camera.near = this.near;
    camera.far = this.far;
    camera.projectionMatrix.set(...projection(view.K, view.width, view.height, this.near, this.far));
    camera.projectionMatrixInverse.copy(camera.projectionMatrix).invert();
    // The rasterizers' low-pass filter at the drawn size; where that is less than a pixel's, the rest keeps opacity.
    spark.preBlurAmount = LOW_PASS * (view.scale * sharpness) ** 2;
    spark.blurAmount = Math.max(0, LOW_PASS - spark.preBlurAmount);
    renderer.setClearColor(view.orbit ? BACKDROP.orbit : BACKDROP.camera);
    this.marks.group.visible = view.orbit;
    renderer.render(this.world, camera);
    this.stale = true;
    this.settled ??= this.settle();
    return this.settled;
  }

  async settle() {
    try {
      while (this.stale && !this.closed) {
        this.stale = false;
        await this.spark.defaultView.prepare({ scene: this.world, camera: this.camera, update: this.fresh });
        this.fresh = false;
        if (!this.closed) this.renderer.render(this.world, this.camera);
      }
    } catch (error) {
      if (!this.closed) throw error; // a sort in flight fails when its context goes
    } finally {
      this.settled = null;
    }
  }

  close() {
    this.closed = true;
    this.splats?.dispose();
    this.world.traverse((object) => {
      object.geometry?.dispose();
      object.material?.map?.dispose();
      object.material?.dispose();
    });
    this.renderer.dispose();
    this.renderer.forceContextLoss(); // browsers allow about 16 contexts; do not wait for the garbage collector
  }
}
