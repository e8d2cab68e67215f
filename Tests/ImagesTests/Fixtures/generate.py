# Makes the images here with Pillow, and what Pillow reads and resizes them to: python3 generate.py FOLDER
import numpy as np, io, struct, zlib, os, sys
from PIL import Image
import PIL
out=sys.argv[1]; os.makedirs(out,exist_ok=True)
rng=np.random.default_rng(3)
def smooth(h,w,c=3):
    y,x=np.mgrid[0:h,0:w]
    a=np.stack([127+120*np.sin(x/5+k)*np.cos(y/7-k) for k in range(c)],-1)+rng.normal(0,6,(h,w,c))
    return np.clip(a,0,255).astype(np.uint8)
def expect(name):
    im=Image.open(f"{out}/{name}").convert("RGB")
    open(f"{out}/{name}.rgb","wb").write(np.asarray(im).tobytes())
    print(name,im.size)
a=smooth(23,31)
im=Image.fromarray(a)
im.save(f"{out}/rgb8.png"); expect("rgb8.png")
im.convert("L").save(f"{out}/grey8.png"); expect("grey8.png")
im.quantize(16).save(f"{out}/palette.png",transparency=3); expect("palette.png")
al=np.dstack([a,np.linspace(0,255,31,dtype=np.uint8)[None,:].repeat(23,0)])
Image.fromarray(al,"RGBA").save(f"{out}/rgba8.png"); expect("rgba8.png")
Image.fromarray(a[...,0]>127).save(f"{out}/bit1.png"); expect("bit1.png")
# 16 bit rgb and a gamma chunk, written by hand
def chunk(t,d): return struct.pack(">I",len(d))+t+d+struct.pack(">I",zlib.crc32(t+d))
def png(w,h,depth,ctype,rows,extra=b""):
    raw=b"".join(b"\0"+r for r in rows)
    return b"\x89PNG\r\n\x1a\n"+chunk(b"IHDR",struct.pack(">IIBBBBB",w,h,depth,ctype,0,0,0))+extra+chunk(b"IDAT",zlib.compress(raw,9))+chunk(b"IEND",b"")
b16=rng.integers(0,65536,(9,11,3)).astype(">u2")
open(f"{out}/rgb16.png","wb").write(png(11,9,16,2,[r.tobytes() for r in b16])); open(f"{out}/rgb16.png.rgb","wb").write(((b16.astype(np.int64)*255+32767)//65535).astype(np.uint8).tobytes())
g=a[:9,:11]
open(f"{out}/gamma.png","wb").write(png(11,9,8,2,[r.tobytes() for r in g],chunk(b"gAMA",struct.pack(">I",100000)))); expect("gamma.png")
im.save(f"{out}/colour420.jpg",quality=85); expect("colour420.jpg")
im.save(f"{out}/progressive444.jpg",quality=90,progressive=True,subsampling=0); expect("progressive444.jpg")
im.convert("L").save(f"{out}/grey.jpg",quality=85); expect("grey.jpg")
im.convert("CMYK").save(f"{out}/cmyk.jpg",quality=90); expect("cmyk.jpg")
# resizing
big=smooth(61,83)
bi=Image.fromarray(big); bi.save(f"{out}/large.png")
for w,h in [(40,29),(120,90),(83,20),(13,61),(1,1)]:
    r=bi.resize((w,h),Image.BILINEAR); open(f"{out}/large-{w}x{h}.rgb","wb").write(np.asarray(r).tobytes())
# preprocessing: shorter side 32, crop 28
ow,oh=(int(32*83/61),32)
r=np.asarray(bi.resize((ow,oh),Image.BILINEAR)).astype(np.float32)
top=int(round((oh-28)/2.0)); left=int(round((ow-28)/2.0))
c=r[top:top+28,left:left+28]/np.float32(255)
m=np.array([.485,.456,.406],np.float32); s=np.array([.229,.224,.225],np.float32)
x=((c-m)/s).transpose(2,0,1).astype("<f4"); open(f"{out}/large-preprocessed-3x28x28.f32","wb").write(np.ascontiguousarray(x).tobytes())
lum=np.asarray(bi.convert("L")); open(f"{out}/large-luminance.l","wb").write(lum.tobytes())
print(PIL.__version__)
